// Times the store at size: 100,000 messages in 1,000 chats, one of which has 10,000. Run it by
// hand:
//   build/NAME/bin/store_bench [FOLDER]
// Prints medians over 21 runs; the store's folder is made anew and removed.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/storage/schema.h"
#include "app/storage/store.h"

namespace hearth::storage {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kNumMessages = 100000;
constexpr int kNumLongChat = 10000;
constexpr int kNumChats = 1000;
constexpr int kVisible = 50;

template <class T>
T take(Result<T> result) {
    if (!result.has_value()) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void require(const Status& status) {
    if (!status.isOk()) {
        std::fprintf(stderr, "%s\n", status.message().c_str());
        std::exit(1);
    }
}

/// Milliseconds that `work` takes.
double timeOf(const std::function<void()>& work) {
    const auto start = SteadyClock::now();
    work();
    return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

void measure(const char* what, const std::function<void()>& work, int repeat = 21) {
    std::vector<double> times;
    for (int i = 0; i < repeat; ++i) {
        times.push_back(timeOf(work));
    }
    std::sort(times.begin(), times.end());
    std::printf("%-52s %9.2f ms  (worst %.2f)\n", what, times[times.size() / 2], times.back());
}

/// A text of common and rare English words, or of Chinese ones.
std::string makeText(std::mt19937& random) {
    static constexpr std::string_view kEnglish[] = {
        "the",    "a",      "of",    "and",   "boat",  "house",   "key",   "model",  "picture",
        "summer", "answer", "table", "light", "river", "morning", "paper", "window", "story"};
    static constexpr std::string_view kChinese[] = {"的",   "我们", "今天", "图书馆",
                                                    "钥匙", "模型", "图片", "河边",
                                                    "早上", "回答", "故事", "窗户"};
    const bool isChinese = random() % 3 == 0;
    std::string text;
    for (std::size_t i = 20 + random() % 80; i > 0; --i) {
        if (isChinese) {
            text += kChinese[random() % std::size(kChinese)];
        } else {
            // Squaring makes the first words the commonest.
            const std::size_t draw = random() % (std::size(kEnglish) * std::size(kEnglish));
            std::size_t root = 0;
            while ((root + 1) * (root + 1) <= draw) {
                ++root;
            }
            text += kEnglish[std::size(kEnglish) - 1 - root];
            text += ' ';
        }
        if (random() % 10 == 0) {
            text += " w" + std::to_string(random() % 20000) + " ";
        }
    }
    return text;
}

/// Fills a new database without a sync a message, as a person would over years.
void fill(const std::filesystem::path& folder) {
    take(Store::open({.folder = folder})).reset();
    auto database = take(Database::open(folder / "hearth.db"));
    std::mt19937 random(1);
    Transaction transaction = take(Transaction::begin(*database));
    const auto clock = [] {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    };
    ChatStore chats(*database, clock);
    MessageStore messages(*database, clock);
    std::vector<ChatId> ids;
    std::vector<std::optional<MessageId>> last(kNumChats);
    for (int i = 0; i < kNumChats; ++i) {
        ids.push_back(take(chats.create("Chat " + std::to_string(i))));
    }
    for (int i = 0; i < kNumMessages; ++i) {
        const std::size_t chat =
            i % (kNumMessages / kNumLongChat) == 0 ? 0 : 1 + random() % (kNumChats - 1);
        NewMessage message;
        message.chat = ids[chat];
        message.parent = last[chat];
        message.role = i % 2 == 0 ? MessageRole::User : MessageRole::Assistant;
        Part part;
        part.text = makeText(random);
        message.parts.push_back(std::move(part));
        last[chat] = take(messages.add(message));
    }
    require(transaction.commit());
}

int run(const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder);
    std::printf("filling takes %.1f s\n", timeOf([&] { fill(folder); }) / 1000);
    std::printf("%d messages, %d chats, one of %d messages: %.0f MB\n", kNumMessages, kNumChats,
                kNumLongChat,
                static_cast<double>(std::filesystem::file_size(folder / "hearth.db")) / 1e6);
    measure(
        "open the store (with its check)", [&] { take(Store::open({.folder = folder})); }, 5);
    // A clock that can be moved on, so that no measurement waits for it.
    std::chrono::microseconds ahead{0};
    auto store =
        take(Store::open({.folder = folder, .clock = [&] {
                              return std::chrono::time_point_cast<std::chrono::microseconds>(
                                         std::chrono::system_clock::now()) +
                                     ahead;
                          }}));
    measure("list 1,000 chats", [&] { take(store->chats().list()); });
    measure("open the chat of 10,000: branch and last 50", [&] {
        const std::vector<BranchEntry> branch = take(store->messages().branch(1));
        std::vector<MessageId> ids;
        for (std::size_t i = branch.size() - kVisible; i < branch.size(); ++i) {
            ids.push_back(branch[i].id);
        }
        take(store->messages().messages(ids));
    });
    for (const char* typed : {"the", "boat house", "w777", "w77", "钥匙", "图书馆", "图", "的我们",
                              "key 钥匙", "\"boat house\"", "nowhere"}) {
        const std::size_t hits = take(store->search(typed)).messages.size();
        measure(("search " + std::string(typed) + " (" + std::to_string(hits) + " shown)").c_str(),
                [&] { take(store->search(typed)); });
    }
    const ChatId chat = take(store->chats().create("new"));
    std::optional<MessageId> last;
    NewMessage message;
    message.chat = chat;
    Part part;
    part.text = "a new question about the boat house";
    message.parts.push_back(part);
    measure("add a message, synced", [&] {
        message.parent = last;
        last = take(store->messages().add(message));
    });
    message.parent = last;
    const MessageId answer = take(store->messages().beginAnswer(message));
    measure("write a piece of a streaming answer, synced", [&] {
        require(store->messages().append(answer, std::string(400, 'x')));
        ahead += kFlushInterval;
        require(store->messages().flushDue());
    });
    require(store->messages().finishAnswer(answer, MessageState::Complete));
    measure(
        "back up", [&] { require(store->backUpNow()); }, 3);
    double longest = 0;
    std::filesystem::remove_all(folder / "backups");
    bool isMore = true;
    while (isMore) {
        longest = std::max(longest, timeOf([&] { isMore = take(store->maintain()); }));
    }
    std::printf("%-52s %9.2f ms\n", "longest piece of maintenance", longest);
    require(store->bin().deleteChat(chat));
    measure(
        "erase a chat for good", [&] { require(store->emptyBin()); }, 1);
    store.reset();
    std::filesystem::remove_all(folder);
    return 0;
}

}  // namespace
}  // namespace hearth::storage

int main(int argc, char** argv) {
    const std::filesystem::path folder =
        argc > 1 ? std::filesystem::path(argv[1])
                 : std::filesystem::temp_directory_path() / "hearth-store-bench";
    return hearth::storage::run(folder);
}

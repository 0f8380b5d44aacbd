// Works on a store until it is killed, and writes a line to standard output after each step that
// the store has acknowledged. Usage: store_child FOLDER MODE SEED; MODE is "work", "stream" or
// "open".

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/storage/store.h"

namespace hearth::storage {
namespace {

/// Ends the program where the store fails: nothing here is expected to.
void require(const Status& status) {
    if (!status.isOk()) {
        std::fprintf(stderr, "%s\n", status.message().c_str());
        std::_Exit(3);
    }
}

template <class T>
T take(Result<T> result) {
    require(result.has_value() ? Status() : result.error());
    return std::move(result).value();
}

/// One unbuffered line: what is written has happened.
void acknowledge(const std::string& line) {
    const std::string text = line + "\n";
    if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        std::_Exit(4);
    }
}

std::string ack(std::string_view kind, std::int64_t id, std::string_view text) {
    return std::string(kind) + " " + std::to_string(id) + " " + std::string(text);
}

NewMessage makeMessage(ChatId chat, std::optional<MessageId> parent, MessageRole role,
                       std::string_view text) {
    NewMessage message;
    message.chat = chat;
    message.parent = parent;
    message.role = role;
    Part part;
    part.text = text;
    message.parts.push_back(part);
    return message;
}

class Worker {
public:
    Worker(Store& store, unsigned seed) : m_store(store), m_random(seed) {}

    [[noreturn]] void work() {
        m_chat = take(m_store.chats().create("chat"));
        while (true) {
            switch (m_random() % 8) {
                case 0:
                case 1:
                    ask();
                    break;
                case 2:
                    answer();
                    break;
                case 3:
                    attach();
                    break;
                case 4:
                    summarise();
                    break;
                case 5:
                    deleteAndRestore();
                    break;
                case 6:
                    take(m_store.maintain());
                    break;
                default:
                    if (m_random() % 4 == 0) {
                        erase();
                    }
            }
        }
    }

    /// Streams one answer, a word a millisecond; each word carries its number.
    [[noreturn]] void stream() {
        m_chat = take(m_store.chats().create("chat"));
        const MessageId id = take(m_store.messages().beginAnswer(
            makeMessage(m_chat, std::nullopt, MessageRole::Assistant, "")));
        for (int i = 0;; ++i) {
            require(m_store.messages().append(id, std::to_string(i) + " "));
            acknowledge(ack("word", id, std::to_string(i)));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            require(m_store.messages().flushDue());
        }
    }

private:
    std::string text() {
        std::string result = "text" + std::to_string(m_random());
        result.resize(result.size() + m_random() % 3000, 'x');
        return result;
    }
    void ask() {
        const std::string content = text();
        m_last =
            take(m_store.messages().add(makeMessage(m_chat, m_last, MessageRole::User, content)));
        acknowledge(ack("message", *m_last, content));
    }
    void answer() {
        const MessageId id = take(m_store.messages().beginAnswer(
            makeMessage(m_chat, m_last, MessageRole::Assistant, "")));
        std::string whole;
        for (int i = 0; i < 5; ++i) {
            const std::string piece = text().substr(0, 60) + " ";
            require(m_store.messages().append(id, piece));
            whole += piece;
        }
        require(m_store.messages().finishAnswer(id, MessageState::Complete));
        m_last = id;
        acknowledge(ack("message", id, whole));
    }
    void attach() {
        const std::string content = text();
        const StoredContent stored =
            take(m_store.files().addBytes(std::as_bytes(std::span(content))));
        const AttachmentId attachment = take(m_store.attachments().add(stored, "text/plain", "a"));
        NewMessage message = makeMessage(m_chat, m_last, MessageRole::User, "see");
        Part part;
        part.kind = PartKind::Attachment;
        part.attachment = attachment;
        message.parts.push_back(part);
        m_last = take(m_store.messages().add(message));
        acknowledge(ack("attachment", attachment, content));
    }
    void summarise() {
        const DocumentId document = take(m_store.documents().addDocument(
            "doc", std::vector<std::string>{text(), text()}, {.isKept = true}));
        const JobId job = take(m_store.jobs().create(JobKind::Summary, document));
        take(m_store.jobs().startNext());
        for (int i = 0; i < 3; ++i) {
            SummaryNode node;
            node.position = i;
            node.text = text().substr(0, 40);
            require(m_store.jobs().addNode(job, node, i / 3.0));
            acknowledge(ack("node", job, std::to_string(i) + " " + node.text));
        }
    }
    void deleteAndRestore() {
        const ChatId chat = take(m_store.chats().create("doomed"));
        const std::string content = text();
        const MessageId id = take(
            m_store.messages().add(makeMessage(chat, std::nullopt, MessageRole::User, content)));
        require(m_store.bin().deleteChat(chat));
        acknowledge(ack("message", id, content));
        if (m_random() % 2 == 0) {
            require(m_store.bin().restore(BinKind::Chat, chat));
        }
    }
    void erase() {
        const ChatId chat = take(m_store.chats().create("erased"));
        const MessageId id = take(m_store.messages().add(
            makeMessage(chat, std::nullopt, MessageRole::User, "Zanzibarquux")));
        require(m_store.bin().deleteChat(chat));
        for (const BinEntry& entry : take(m_store.bin().list())) {
            if (entry.kind == BinKind::Chat && entry.row == chat) {
                require(m_store.eraseForGood({entry}));
            }
        }
        acknowledge(ack("erased", id, ""));
    }

    Store& m_store;
    std::mt19937 m_random;
    ChatId m_chat = 0;
    std::optional<MessageId> m_last;
};

}  // namespace
}  // namespace hearth::storage

int main(int argc, char** argv) {
    using namespace hearth::storage;
    if (argc != 4) {
        return 2;
    }
    const std::string_view mode = argv[2];
    auto store = take(Store::open({.folder = argv[1]}));
    if (store->report().access != StoreAccess::ReadWrite) {
        return 5;
    }
    acknowledge("open 0 -");
    Worker worker(*store, static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)));
    if (mode == "stream") {
        worker.stream();
    }
    if (mode == "work") {
        worker.work();
    }
    return 0;
}

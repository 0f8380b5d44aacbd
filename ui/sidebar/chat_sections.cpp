#include "ui/sidebar/chat_sections.h"

#include <QDateTime>
#include <algorithm>
#include <utility>

namespace hearth::ui {
namespace {

// Keys of headings: one each for the sections that occur once, then months, then folders.
constexpr std::int64_t kFirstMonthKey = -1'000;
constexpr std::int64_t kFirstFolderKey = -1'000'000;

std::int64_t keyOf(ChatSection section) {
    return -1 - static_cast<std::int64_t>(section);
}

std::int64_t monthKey(const QDate& month) {
    return kFirstMonthKey - (std::int64_t{12} * month.year() + month.month());
}

storage::Time startOf(const QDate& day) {
    return storage::Time(std::chrono::milliseconds(day.startOfDay().toMSecsSinceEpoch()));
}

QDate monthOf(storage::Time time) {
    const auto sinceEpoch =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    const QDate day = QDateTime::fromMSecsSinceEpoch(sinceEpoch.count()).date();
    return {day.year(), day.month(), 1};
}

/// Appends headings and chats to a layout.
class Writer {
public:
    explicit Writer(ChatLayout& layout) : m_layout(layout) {}

    void addHeading(std::int64_t key, ChatHeading heading) {
        m_key = key;
        m_heading = &m_layout.headings.insert_or_assign(key, std::move(heading)).first->second;
        m_layout.rows.push_back({key, key});
    }
    void addChat(const storage::Chat& chat) {
        ++m_heading->numChats;
        if (m_heading->isOpen) {
            m_layout.rows.push_back({chat.id, m_key});
        }
    }
    bool isUnder(std::int64_t key) const { return m_key == key; }

private:
    ChatLayout& m_layout;
    std::int64_t m_key = 0;
    ChatHeading* m_heading = nullptr;
};

}  // namespace

std::int64_t ChatSections::folderKey(const QString& name) {
    const auto next = kFirstFolderKey - static_cast<std::int64_t>(m_folderKeys.size());
    return m_folderKeys.emplace(name, next).first->second;
}

ChatLayout ChatSections::layOut(const std::unordered_map<std::int64_t, storage::Chat>& chats,
                                const std::vector<storage::Folder>& folders,
                                const std::map<QString, bool>& closedFolders, const QDate& today) {
    std::vector<const storage::Chat*> sorted;
    sorted.reserve(chats.size());
    for (const auto& [id, chat] : chats) {
        if (!chat.binned.has_value()) {
            sorted.push_back(&chat);
        }
    }
    std::sort(sorted.begin(), sorted.end(), [](const storage::Chat* a, const storage::Chat* b) {
        return a->changed != b->changed ? a->changed > b->changed : a->id > b->id;
    });

    std::vector<const storage::Folder*> shelves;
    for (const storage::Folder& folder : folders) {
        shelves.push_back(&folder);
    }
    std::stable_sort(shelves.begin(), shelves.end(),
                     [](const storage::Folder* a, const storage::Folder* b) {
                         return a->position < b->position;
                     });
    std::map<std::string, std::vector<const storage::Chat*>> inFolder;
    std::vector<std::string> folderOrder;
    for (const storage::Folder* folder : shelves) {
        if (inFolder.try_emplace(folder->name).second) {
            folderOrder.push_back(folder->name);
        }
    }
    std::vector<const storage::Chat*> pinned;
    std::vector<const storage::Chat*> dated;
    for (const storage::Chat* chat : sorted) {
        if (chat->isPinned) {
            pinned.push_back(chat);
        } else if (!chat->folder.empty()) {
            const auto [place, isNew] = inFolder.try_emplace(chat->folder);
            if (isNew) {  // a folder that the list of folders does not name yet
                folderOrder.push_back(chat->folder);
            }
            place->second.push_back(chat);
        } else {
            dated.push_back(chat);
        }
    }

    ChatLayout layout;
    layout.rows.reserve(sorted.size() + folderOrder.size() + 64);
    Writer writer(layout);
    if (!pinned.empty()) {
        writer.addHeading(keyOf(ChatSection::Pinned), {.section = ChatSection::Pinned});
        for (const storage::Chat* chat : pinned) {
            writer.addChat(*chat);
        }
    }
    for (const std::string& name : folderOrder) {
        const QString folder = QString::fromStdString(name);
        writer.addHeading(folderKey(folder), {.section = ChatSection::Folder,
                                              .folder = folder,
                                              .isOpen = !closedFolders.contains(folder)});
        for (const storage::Chat* chat : inFolder[name]) {
            writer.addChat(*chat);
        }
    }

    // A chat of tomorrow (the clock was wrong) counts as today's.
    const std::pair<ChatSection, storage::Time> days[] = {
        {ChatSection::Today, startOf(today)},
        {ChatSection::Yesterday, startOf(today.addDays(-1))},
        {ChatSection::PreviousWeek, startOf(today.addDays(-7))},
        {ChatSection::PreviousMonth, startOf(today.addDays(-30))},
    };
    storage::Time monthBegin = storage::Time::max();
    for (const storage::Chat* chat : dated) {
        const auto* day = std::find_if(std::begin(days), std::end(days), [chat](const auto& each) {
            return chat->changed >= each.second;
        });
        if (day != std::end(days)) {
            if (!writer.isUnder(keyOf(day->first))) {
                writer.addHeading(keyOf(day->first), {.section = day->first});
            }
        } else if (chat->changed < monthBegin) {
            const QDate month = monthOf(chat->changed);
            monthBegin = startOf(month);
            writer.addHeading(monthKey(month), {.section = ChatSection::Month, .month = month});
        }
        writer.addChat(*chat);
    }
    return layout;
}

}  // namespace hearth::ui

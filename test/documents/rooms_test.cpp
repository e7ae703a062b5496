// The sub-rooms of lib are as the pages say: few files each, and includes go one way.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <regex>
#include <set>

#include "documents.hpp"
#include "support/scratch.hpp"

namespace {

struct Room {
    std::string name;
    std::filesystem::path folder = test::project / "lib" / name;

    /// The sub-rooms as the page has them: each uses only those below it.
    [[nodiscard]] std::vector<std::string> order() const {
        const std::string page = test::read_file(folder / "README.md");
        const std::regex row(R"(\n\| \[`(\w+)/`\]\((\w+)\) \|)");
        std::vector<std::string> names;
        for (std::sregex_iterator found(page.begin(), page.end(), row), end; found != end;
             ++found) {
            BOOST_TEST((*found)[1].str() == (*found)[2].str());
            names.push_back((*found)[1]);
        }
        return names;
    }

    /// Of a sub-room, or of the files beside them for an empty name: file names without their ends.
    [[nodiscard]] std::set<std::string> units(const std::string& part) const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder / part)) {
            const auto end = entry.path().extension();
            if (end == ".cpp" || end == ".hpp") names.insert(entry.path().stem());
        }
        return names;
    }
};

const std::vector<Room> rooms{{"loop"}, {"process"}, {"device"}, {"config"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(documents_rooms)

BOOST_AUTO_TEST_CASE(each_folder_is_in_the_table_of_its_page) {
    for (const Room& room : rooms) {
        std::set<std::string> folders;
        for (const auto& entry : std::filesystem::directory_iterator(room.folder)) {
            if (entry.is_directory()) folders.insert(entry.path().filename());
        }
        const auto order = room.order();
        BOOST_TEST(folders == std::set<std::string>(order.begin(), order.end()), room.name);
    }
}

BOOST_AUTO_TEST_CASE(no_folder_has_more_than_ten_units) {
    for (const Room& room : rooms) {
        auto parts = room.order();
        parts.emplace_back();
        for (const std::string& part : parts) {
            BOOST_TEST(room.units(part).size() <= 10U, room.name << '/' << part);
        }
    }
}

BOOST_AUTO_TEST_CASE(each_sub_room_includes_only_those_below_it) {
    for (const Room& room : rooms) {
        const auto order = room.order();
        const std::regex include("#include \"" + room.name + R"re(/(\w+)/\w+\.hpp")re");
        const auto place_of = [&](const std::string& part) {
            return std::find(order.begin(), order.end(), part) - order.begin();
        };
        for (const auto& file : test::files_below(room.folder, "pp")) {
            const std::string part = file.parent_path().filename();
            const bool is_beside = file.parent_path() == room.folder;
            const std::string text = test::read_file(file);
            for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end;
                 ++found) {
                const std::string used = (*found)[1];
                BOOST_TEST(!is_beside, test::shown(file) << " uses the sub-room " << used);
                BOOST_TEST((is_beside || place_of(used) > place_of(part)),
                           test::shown(file) << " uses " << used << ", which is above it");
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

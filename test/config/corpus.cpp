// Runs recorded cases of oslo.config through the public API of the config room, and prints each
// whose result differs from its advice, and how many they are: `corpus --cases FILE`. The
// form of the file is oslo-config-cases/1.
#include <boost/json.hpp>
#include <boost/json/src.hpp>
#include <boost/program_options.hpp>
#include <iostream>

#include "compare_case.hpp"
#include "recorded_case.hpp"
#include "support/scratch.hpp"

namespace {

namespace json = boost::json;
namespace po = boost::program_options;

bool tells_of_anything(const test::CaseOutcome& outcome) {
    return !outcome.diagnostics.empty() || (outcome.reloaded && !outcome.reloaded->adopted);
}

bool has_errors(const test::CaseOutcome& outcome) {
    for (const auto& problem : outcome.diagnostics) {
        if (problem.severity == loopingcall::config::Severity::error) return true;
    }
    return false;
}

/// Of a case that our own advice does not know: what its kind asks for.
std::vector<std::string> check_by_kind(const std::string& kind, bool as_oslo,
                                       const test::CaseOutcome& outcome) {
    if (kind == "stricter" && !tells_of_anything(outcome)) return {"nothing is reported"};
    if (kind == "extend" && has_errors(outcome)) return {"it is refused"};
    if (kind == "fix" && as_oslo && !tells_of_anything(outcome)) return {"it is as in oslo"};
    return {};
}

/// @return how it differs; nothing if it does not, or if it is of a type that we do not have.
std::vector<std::string> check(const json::object& test_case, const json::object& advice) {
    const test::RecordedCase recorded(test_case);
    const std::string kind = json::value_to<std::string>(test_case.at("advice").at("ours"));
    if (!recorded.is_supported()) {
        return kind == "optional" ? std::vector<std::string>{}
                                  : std::vector<std::string>{"a type is missing"};
    }
    const test::Scratch scratch;
    const auto outcome = recorded.run(scratch.path());
    if (kind == "same" || kind == "optional") {
        return differences_from_oslo(test_case, recorded, outcome);
    }
    if (const auto* const ours = advice.if_contains(recorded.name())) {
        return differences_from_advice(ours->as_object(), outcome);
    }
    const bool as_oslo = differences_from_oslo(test_case, recorded, outcome).empty();
    const auto differences = check_by_kind(kind, as_oslo, outcome);
    if (differences.empty() || kind != "stricter") return differences;
    const test::Scratch another;
    return check_by_kind(kind, as_oslo, recorded.run(another.path(), true));
}

int run(const std::filesystem::path& cases, const std::filesystem::path& advice) {
    const json::value corpus = json::parse(test::read_file(cases));
    const json::value ours = json::parse(test::read_file(advice));
    std::size_t differing = 0;
    const json::array& all = corpus.at("cases").as_array();
    for (const json::value& test_case : all) {
        std::string text;
        for (const std::string& one : check(test_case.as_object(), ours.as_object())) {
            text += (text.empty() ? "" : "; ") + one;
        }
        if (text.empty()) continue;
        ++differing;
        std::cout << json::value_to<std::string>(test_case.at("name")) << ": " << text << '\n';
    }
    std::cout << differing << " of " << all.size() << " cases differ\n";
    return differing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** arguments) {
    po::options_description options("Usage: corpus --cases FILE");
    options.add_options()("cases", po::value<std::string>()->required(),
                          "recorded cases, of the form oslo-config-cases/1")(
        "advice", po::value<std::string>()->default_value(TEST_ADVICE),
        "what is wanted where oslo is not followed")("help", "print this help");
    try {
        po::variables_map given;
        po::store(po::parse_command_line(count, arguments, options), given);
        if (given.count("help") != 0) {
            std::cout << options;
            return EXIT_SUCCESS;
        }
        po::notify(given);
        return run(std::filesystem::absolute(given["cases"].as<std::string>()),
                   std::filesystem::absolute(given["advice"].as<std::string>()));
    } catch (const std::exception& error) {
        std::cerr << "corpus: " << error.what() << '\n' << options;
        return 2;
    }
}

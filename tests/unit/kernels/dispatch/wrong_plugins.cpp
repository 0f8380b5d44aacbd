#include "kernels/api/op_table.h"

// Libraries that the plug-in loader must refuse; compiled three times, see CMakeLists.txt.

#if defined(HEARTH_TEST_OUTDATED)
extern "C" const hearth::OpTable* hearthOpTable(std::uint32_t) {
    return nullptr;
}
#elif defined(HEARTH_TEST_RESIZED)
extern "C" const hearth::OpTable* hearthOpTable(std::uint32_t version) {
    static hearth::OpTable table{};
    table.version = version;
    table.structBytes = sizeof(hearth::OpTable) - 8;
    return &table;
}
#else
extern "C" int hearthTestSomethingElse() {
    return 1;
}
#endif

#include "tests/support/temp_folder.h"

#include <random>
#include <string>
#include <system_error>

#include "kernels/base/check.h"

namespace hearth::testing_support {

TempFolder::TempFolder() {
    std::random_device random;
    const std::filesystem::path parent = std::filesystem::temp_directory_path();
    for (int attempt = 0; attempt < 16; ++attempt) {
        m_path = parent / ("hearth-test-" + std::to_string(random()));
        // False where the folder is there already.
        if (std::filesystem::create_directory(m_path)) {
            return;
        }
    }
    HEARTH_CHECK(false);
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

}  // namespace hearth::testing_support

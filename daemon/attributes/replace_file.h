// Another text for a file that others read meanwhile: under another name first, which then takes the place of the old
// one; whoever reads sees either. Where that cannot be, as something is mounted there or the folder takes no files, it
// is written in place, and never shorter than one of both texts until all is there.
#pragma once

#include <string>
#include <string_view>

namespace xfrmd::daemon {

// The mode and owner stay; a new file is for all to read. Empty, or why it has failed.
std::string replace_file(const std::string& path, std::string_view text);

}  // namespace xfrmd::daemon

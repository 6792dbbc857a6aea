// Text inside HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace plait {

/// Text that can stand in an element or in an attribute. Control characters, which neither HTML nor XML has, become U+FFFD.
std::string EscapeMarkup(std::string_view text);

}  // namespace plait

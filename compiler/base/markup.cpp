#include "compiler/base/markup.h"

namespace plait {

std::string EscapeMarkup(std::string_view text) {
  std::string escaped;
  for (char byte : text) {
    switch (byte) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default: {
        auto code = static_cast<unsigned char>(byte);
        bool is_control = (code < 0x20 && byte != '\n' && byte != '\t') || code == 0x7F;
        escaped += is_control ? std::string("\xEF\xBF\xBD") : std::string(1, byte);
      }
    }
  }
  return escaped;
}

}  // namespace plait

#include "tools/plait/read_ahead.h"

#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plait {
namespace {

void ReadFileAhead(const std::string& path, const std::stop_token& stop) {
  // The system takes no more at once than its settings for a disk allow, by default this.
  constexpr off_t kPart = off_t{128} << 10;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return;
  }
  struct stat status{};
  if (::fstat(file, &status) == 0) {
    for (off_t begin = 0; begin < status.st_size && !stop.stop_requested(); begin += kPart) {
      ::posix_fadvise(file, begin, kPart, POSIX_FADV_WILLNEED);
    }
  }
  ::close(file);
}

}  // namespace

ReadAhead::ReadAhead(std::vector<std::string> paths)
    : thread_([paths = std::move(paths)](const std::stop_token& stop) {
        for (const std::string& path : paths) {
          ReadFileAhead(path, stop);
        }
      }) {}

}  // namespace plait

// Having the system read files before anybody waits for them.
#pragma once

#include <string>
#include <thread>
#include <vector>

namespace plait {

/// While this lives, the system reads the files into its memory, one after the other, as long as it has room. A file that cannot be read is
/// left out: who needs it will tell.
class ReadAhead {
 public:
  explicit ReadAhead(std::vector<std::string> paths);

 private:
  std::jthread thread_;
};

}  // namespace plait

// What the tables of kernel_bench share.
#pragma once

#include "runtime/base/thread_team.h"
#include "runtime/kernels/kernel_form.h"
#include "runtime/machine/fastest.h"
#include "runtime/machine/machine_rates.h"

namespace plait {

constexpr int kTries = 5;
constexpr double kGiga = 1e9;

/// Bytes and fp32 operations a second, as measured in this run.
struct Machine {
  double bandwidth = 0;
  double peak = 0;
};

/// Prints a line for attention and for each kernel that takes rows one by one.
void BenchRowKernels(const KernelForm& form, const Machine& machine, ThreadTeam& team);

}  // namespace plait

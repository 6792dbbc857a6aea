// The steps of checking, in the order in which `Check` takes them. Each needs what the ones before it left.
#pragma once

#include "compiler/sema/program.h"

namespace plait::sema {

/// Finds every module that the file needs. Reports imports that lead nowhere or in a circle; fills `modules` and their imports.
void LoadModules(Program& program, const ast::Module& root);

/// Gives every declaration and every member of a service its place and its name. Reports names declared twice and what
/// this version does not run; fills the scopes and the lists, and adds empty entries to the stores of the result.
void CollectDeclarations(Program& program);

/// Types of record fields, consts, defaults, and the signatures of tasks and functions.
void ResolveDeclarations(Program& program);

/// Models with their options, edges with their targets, resources, traffic and scale.
void ResolveServices(Program& program);

/// Every body, typed into its function.
void CheckBodies(Program& program);

/// The tests of the file: needs the signatures of everything.
void CheckTests(Program& program);

/// Streams that are read twice or stand where only data can. Needs checked bodies.
void CheckStreams(Program& program);

/// Circles of records, of services, and of functions within one service or module.
void CheckCycles(Program& program);

/// Apis that become too large when calls are replaced by bodies. Needs a program without errors.
void CheckSizes(Program& program);

/// What is right but makes little sense: needs checked bodies.
void Lint(Program& program);

}  // namespace plait::sema

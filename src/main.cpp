#include "cli/cli.h"
#include "server/commands.h"

int main(int argc, char** argv) {
  return mayfly::cli::run(argc, argv, MAYFLY_VERSION, mayfly::server::commands());
}

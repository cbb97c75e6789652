//! Which programs a plan needs that this machine does not have. Their absence is never the submission's fault.

use super::{Plan, SBIN};
use gradus_model::submission::CommandLine;
use std::ffi::OsStr;
use std::path::PathBuf;

/// A program that is needed and not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The program.
    pub tool: String,
    /// The Debian package that brings it.
    pub package: Option<&'static str>,
}

/// Toolchains that exercises are solved with, and the Debian packages that bring them.
const TOOLCHAINS: [(&str, &str); 18] = [
    ("python3", "python3"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("java", "default-jre-headless"),
    ("javac", "default-jdk-headless"),
    ("mvn", "maven"),
    ("cargo", "cargo"),
    ("go", "golang-go"),
    ("php", "php-cli"),
    ("composer", "composer"),
    ("ruby", "ruby"),
    ("bundle", "ruby-bundler"),
    ("rackup", "ruby-rack"),
    ("dotnet", "dotnet-sdk"),
    ("make", "make"),
    ("gcc", "gcc"),
    ("perl", "perl"),
    ("php-cgi", "php-cgi"),
];

/// Servers that are run with a learner's configuration, and the Debian packages that bring them.
const SERVERS: [(&str, &str); 3] =
    [("nginx", "nginx-light"), ("apache2", "apache2-bin"), ("lighttpd", "lighttpd")];

/// The names of all programs that exercises are solved with.
pub fn names() -> impl Iterator<Item = &'static str> {
    let more = ["rustc", "rustup", "npx", "pip", "pip3", "python", "deno", "bun", "jar", "gradle", "bash"];
    TOOLCHAINS.iter().chain(&SERVERS).map(|(name, _)| *name).chain(more)
}

/// The toolchains that the plan's commands begin with and that `path` (as in `PATH`) does not hold. A program that we do not
/// know is the submission's own affair.
pub fn missing_tools(plan: &Plan, path: &OsStr) -> Vec<Missing> {
    let mut missing: Vec<Missing> = Vec::new();
    for command in plan.build.iter().chain(&plan.start) {
        for tool in programs(command) {
            let mut known = TOOLCHAINS.iter().chain(&SERVERS);
            let Some((_, package)) = known.find(|(known, _)| *known == tool) else { continue };
            if first_on(path, &tool).is_none() && missing.iter().all(|other| other.tool != tool) {
                missing.push(Missing { tool, package: Some(package) });
            }
        }
    }
    missing
}

/// All toolchains that we know, the package that brings each, and where `path` (as in `PATH`) has it.
pub fn tools_on(path: &OsStr) -> impl Iterator<Item = (&'static str, &'static str, Option<PathBuf>)> {
    TOOLCHAINS.iter().map(|(tool, package)| (*tool, *package, first_on(path, tool)))
}

/// The same for servers that are run with a learner's configuration.
pub fn servers_on(path: &OsStr) -> impl Iterator<Item = (&'static str, &'static str, Option<PathBuf>)> {
    SERVERS.iter().map(|(tool, package)| (*tool, *package, first_on(path, tool)))
}

/// Where a program is found first; servers stand where a user's `PATH` need not lead.
pub fn first_on(path: &OsStr, tool: &str) -> Option<PathBuf> {
    let is_server = SERVERS.iter().any(|(server, _)| *server == tool);
    let more = SBIN.iter().filter(|_| is_server).map(PathBuf::from);
    let folders = std::env::split_paths(path).chain(more);
    folders.map(|folder| folder.join(tool)).find(|candidate| candidate.is_file())
}

/// The first word of each command of a shell line, without variables that are set before it.
pub fn programs(command: &CommandLine) -> Vec<String> {
    match command {
        CommandLine::Argv(words) => words.first().cloned().into_iter().collect(),
        CommandLine::Shell(line) => line
            .split(['&', '|', ';'])
            .filter_map(|part| part.split_whitespace().find(|word| !word.contains('=') && *word != "exec"))
            .map(str::to_owned)
            .collect(),
    }
}

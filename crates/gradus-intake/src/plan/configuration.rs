//! Servers whose configuration can be handed in: which file tells, how such a server tests a configuration and runs with it.

use super::{Plan, PlanError};
use gradus_model::submission::CommandLine;
use std::path::{Path, PathBuf};

/// A configuration of a known server, with which Gradus runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The server, as people call it.
    pub server: &'static str,
    /// Where its modules are, if this machine has it.
    pub modules: Option<PathBuf>,
}

/// A server, and what it is told besides the learner's own file: to stay in the foreground, and to keep what it must write
/// where it may write. `FILE` is the configuration, `PROGRAM` the server's program.
struct Server {
    name: &'static str,
    /// As starters name it.
    language: &'static str,
    files: &'static [&'static str],
    /// What it is called: here and there differently.
    programs: &'static [&'static str],
    modules: &'static [&'static str],
    test: &'static str,
    start: &'static str,
}

const SERVERS: [Server; 3] = [
    Server {
        name: "nginx",
        language: "nginx",
        files: &["nginx.conf"],
        programs: &["nginx"],
        modules: &["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"],
        test: "PROGRAM -t -q -p . -c FILE -e stderr -g \"daemon off; pid $DATA_DIR/nginx.pid; $NGINX_USER\"",
        start: "exec PROGRAM -p . -c FILE -e stderr -g \"daemon off; pid $DATA_DIR/nginx.pid; $NGINX_USER\"",
    },
    Server {
        name: "Apache",
        language: "apache",
        files: &["httpd.conf", "apache2.conf"],
        programs: &["apache2", "httpd"],
        modules: &["/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules"],
        test: "PROGRAM -t -d . -f FILE -C \"DefaultRuntimeDir $DATA_DIR\" -C \"Mutex file:$DATA_DIR\" -C \"ErrorLog |/bin/cat\"",
        start: "exec PROGRAM -D FOREGROUND -d . -f FILE -C \"DefaultRuntimeDir $DATA_DIR\" -C \"PidFile $DATA_DIR/httpd.pid\" -C \"Mutex file:$DATA_DIR\" -C \"ErrorLog |/bin/cat\"",
    },
    Server {
        name: "lighttpd",
        language: "lighttpd",
        files: &["lighttpd.conf"],
        programs: &["lighttpd"],
        modules: &["/usr/lib/lighttpd", "/usr/lib64/lighttpd"],
        test: "PROGRAM -tt -f FILE",
        start: "exec PROGRAM -D -f FILE",
    },
];

/// Folders with servers' programs, which a user's `PATH` often leaves out.
pub const SBIN: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// Lists of types that configurations include, and all that is seen of the system's own configuration of servers.
pub const TYPES: [&str; 1] = ["/etc/nginx/mime.types"];

/// The files by which a configuration is recognised, for messages.
pub fn looked_for() -> String {
    SERVERS.iter().flat_map(|server| server.files).copied().collect::<Vec<_>>().join(", ")
}

/// How the one configuration in a folder is run; there is none, or one for each of two servers.
pub fn detect(dir: &Path) -> Result<Option<Plan>, PlanError> {
    let there = |server: &'static Server| {
        let file = server.files.iter().find(|file| dir.join(file).is_file())?;
        Some((server, *file))
    };
    let mut found = SERVERS.iter().filter_map(there);
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some((server, file)), None) => Ok(Some(plan(server, file))),
        (Some((_, one)), Some((_, other))) => Err(PlanError::TwoServers { dir: dir.to_owned(), one, other }),
    }
}

fn plan(server: &Server, file: &str) -> Plan {
    let here = |program: &&&str| SBIN.iter().any(|folder| Path::new(folder).join(program).is_file());
    let program = server.programs.iter().find(here).or(server.programs.first()).unwrap_or(&server.name);
    let line = |line: &str| CommandLine::Shell(line.replace("PROGRAM", program).replace("FILE", file));
    let modules = server.modules.iter().map(PathBuf::from).find(|folder| folder.is_dir());
    let mut found = vec![format!("{file} is there: a configuration of {}", server.name)];
    if let Some(modules) = &modules {
        found.push(format!(
            "its modules are in {}, which the configuration finds as ${{MODULES_DIR}}",
            modules.display()
        ));
    }
    Plan {
        build: Some(line(server.test)),
        start: Some(line(server.start)),
        language: Some(server.language),
        configuration: Some(Configuration { server: server.name, modules }),
        found,
        ..Plan::default()
    }
}

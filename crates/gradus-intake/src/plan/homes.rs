//! Where toolchains live that are not part of the system: a sandbox must show them, and no more of a home than them.

use super::tools;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that every sandbox shows anyhow.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib64", "/nix"];

/// The folders of all known toolchains that `environment`'s `PATH` leads to, outside the system's own; and the variables that
/// tell them where they are once `HOME` is another.
pub fn homes(environment: &[(OsString, OsString)]) -> (Vec<PathBuf>, Vec<(OsString, OsString)>) {
    let variable =
        |name: &str| environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let home = variable("HOME").map(PathBuf::from).unwrap_or_default();
    let path = variable("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut variables = Vec::new();
    for tool in tools::names() {
        let Some(found) = tools::first_on(&path, tool) else { continue };
        // Once where it is found, once where it really is: a link in ~/bin leads somewhere.
        for place in [Some(found.clone()), fs::canonicalize(&found).ok()].into_iter().flatten() {
            folders.extend(folders_of(&place, &home));
        }
        if found.starts_with(home.join(".cargo")) {
            // What lies in ~/.cargo/bin only chooses among the toolchains of rustup.
            let rustup = variable("RUSTUP_HOME").map_or_else(|| home.join(".rustup"), PathBuf::from);
            variables.push(("RUSTUP_HOME".into(), rustup.clone().into()));
            folders.push(rustup);
        }
    }
    folders.retain(|folder| folder.is_dir() && !SYSTEM.iter().any(|system| folder.starts_with(system)));
    folders.sort();
    folders.dedup();
    let outer = folders.clone();
    folders.retain(|folder| !outer.iter().any(|other| other != folder && folder.starts_with(other)));
    variables.dedup();
    (folders, variables)
}

/// What of a tool's surroundings it needs.
fn folders_of(tool: &Path, home: &Path) -> Vec<PathBuf> {
    let Some(folder) = tool.parent() else { return Vec::new() };
    let Some(prefix) = folder.parent() else { return Vec::new() };
    let alone = vec![folder.to_owned()];
    if prefix == Path::new("/") || prefix == home || prefix == home.join(".cargo") {
        // Beside it lie things that are none of its business: a home, a registry's tokens.
        return alone;
    }
    if prefix == home.join(".local") {
        // Beside its programs and libraries lie keyrings.
        return vec![folder.to_owned(), prefix.join("lib")];
    }
    if !home.as_os_str().is_empty() && home.starts_with(prefix) {
        return alone;
    }
    vec![prefix.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tool: &str) -> Vec<String> {
        let folders = folders_of(Path::new(tool), Path::new("/home/ada"));
        folders.iter().map(|folder| folder.display().to_string()).collect()
    }

    #[test]
    fn a_toolchain_is_shown_and_the_home_around_it_is_not() {
        assert_eq!(of("/home/ada/.pyenv/shims/python3"), ["/home/ada/.pyenv"]);
        assert_eq!(of("/home/ada/.cargo/bin/cargo"), ["/home/ada/.cargo/bin"]);
        assert_eq!(of("/home/ada/.local/bin/node"), ["/home/ada/.local/bin", "/home/ada/.local/lib"]);
        assert_eq!(of("/home/ada/bin/node"), ["/home/ada/bin"]);
        assert_eq!(of("/home/bin/node"), ["/home/bin"]);
        assert_eq!(of("/opt/jdk-21/bin/java"), ["/opt/jdk-21"]);
    }
}

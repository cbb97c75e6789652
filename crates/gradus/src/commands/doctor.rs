//! `gradus doctor`: what of a sandbox holds on this machine, what does not, the system's reason, and how to mend it.

use crate::commands::runner;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::runtime;
use crate::screen;
use gradus_grade::runners::{Found, installed};
use gradus_grade::services_on;
use gradus_intake::plan::{servers_on, tools_on};
use gradus_sandbox::{Holds, Launcher, NoCgroup, SandboxError, host_id, trial};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// What a machine's settings say.
#[derive(Default)]
struct Settings {
    user_namespaces: Option<u64>,
    debian_switch: Option<u64>,
    apparmor: Option<u64>,
    /// The profile of AppArmor's that confines this program, if one does.
    profile: Option<String>,
}

/// How profiles of AppArmor's begin that come with containers.
const CONTAINERS: &[&str] = &["docker-", "containers-", "cri-", "crio-", "lxc-"];

pub fn run(environment: &Environment) -> Result<Exit, Problem> {
    let launcher = Launcher::start().map_err(|error| Problem::new(Exit::Machine, error))?;
    let (native, guarded) =
        runtime()?.block_on(async { (trial::native(&launcher).await, trial::guarded(&launcher).await) });
    let mut text = format!("\nSandboxes, the strongest first (Linux {})\n\n", kernel());
    text.push_str(&native_says(native.as_ref(), environment));
    text.push_str(&guarded_says(guarded.as_ref(), environment));
    text.push_str(&line(environment, true, "none", "plain child processes, for your own code", ""));
    let path = environment.passed_on.iter().find(|(name, _)| name == "PATH");
    let path = path.map_or(OsStr::new(""), |(_, value)| value);
    let list = |(tool, package, found): (&str, &str, Option<PathBuf>)| match found {
        Some(place) => line(environment, true, tool, &place.display().to_string(), ""),
        // Nobody needs all of them.
        None => format!("  ·   {tool:14} not here; apt-get install {package}\n"),
    };
    text.push_str("\nToolchains\n\n");
    text.extend(tools_on(path).map(list));
    text.push_str("\nServers that run with your configuration\n\n");
    text.extend(servers_on(path).map(list));
    text.push_str("\nServices\n\n");
    text.extend(services_on(path).map(list));
    text.push_str("\nRunners of WebAssembly\n\n");
    text.extend(installed(&environment.runners()).into_iter().map(|(language, found)| match found {
        Some(Found { trouble: Some(why), .. }) => {
            line(environment, false, &language, &why, "gradus runner install FILE")
        }
        Some(found) => line(environment, true, &language, &runner::line(&found), ""),
        None => format!("  ·   {language:14} not here; gradus runner install FILE\n"),
    }));
    let sum = match (&native, &guarded) {
        (Ok(_), _) => "Submissions are kept apart fully: also those of strangers.",
        (Err(_), Ok(_)) => "Your own code is checked, guarded. Strangers' code needs the native sandbox.",
        (Err(_), Err(_)) => "Your own code is checked without a sandbox. Strangers' code needs one.",
    };
    screen::out(&format!("{text}\n{sum}\n"));
    Ok(if native.is_ok() { Exit::Passed } else { Exit::Machine })
}

fn native_says(native: Result<&Holds, &SandboxError>, environment: &Environment) -> String {
    let holds = match native {
        Ok(holds) => holds,
        Err(error) => {
            return line(
                environment,
                false,
                "native",
                &error.to_string(),
                &mend(error, &Settings::read(Path::new("/proc"))),
            );
        }
    };
    let overlay =
        if holds.overlay { "overlay" } else { "a copy for each start: this system has no overlays for us" };
    let landlock = match holds.landlock {
        0 => "not in this kernel; mounts and seccomp hold without it".to_owned(),
        version => format!("version {version}"),
    };
    let cgroup = match &holds.no_cgroup {
        None => "one for each submission".to_owned(),
        Some(why) => format!("none: {why}"),
    };
    let parts = [
        ("network", "a loopback of its own; the grader connects and listens inside".to_owned()),
        ("files", format!("read-only system, {overlay}")),
        ("system calls", "seccomp, by a list of those that are known".to_owned()),
        ("Landlock", landlock),
        ("memory", holds.memory.clone()),
        ("tasks", holds.tasks.clone()),
        ("cgroup", cgroup),
    ];
    let mut text = line(environment, true, "native", "a program ran in namespaces of its own", "");
    for (name, what) in parts {
        text.push_str(&format!("      {name:14} {what}\n"));
    }
    if let Some(why) = &holds.no_cgroup {
        text.push_str(&format!("      {:14} → {}\n", "", mend_cgroup(why)));
    }
    text
}

fn guarded_says(guarded: Result<&Holds, &SandboxError>, environment: &Environment) -> String {
    match guarded {
        Ok(holds) => {
            let what =
                format!("Landlock (version {}) and seccomp, on this machine's own network", holds.landlock);
            line(environment, true, "guarded", &what, "")
        }
        Err(error) => {
            line(environment, false, "guarded", &error.to_string(), "Linux 6.7 or newer, with lsm=landlock,…")
        }
    }
}

fn line(environment: &Environment, well: bool, name: &str, what: &str, mend: &str) -> String {
    let (code, mark) = if well { ("32", "✓") } else { ("31", "✗") };
    let mark = if environment.color_out { format!("\u{1b}[{code}m{mark}\u{1b}[0m") } else { mark.to_owned() };
    let mend = if mend.is_empty() { String::new() } else { format!("      {:14} → {mend}\n", "") };
    format!("  {mark}   {name:14} {what}\n{mend}")
}

impl Settings {
    /// Those below this folder, which is the system's own.
    fn read(proc: &Path) -> Self {
        let text = |path: &str| fs::read_to_string(proc.join(path)).ok();
        let number = |path: &str| text(path)?.trim().parse().ok();
        // `unconfined`, or a profile and its mode: only this one holds anything back.
        let enforced = |label: String| Some(label.trim().strip_suffix(" (enforce)")?.to_owned());
        Self {
            user_namespaces: number("sys/user/max_user_namespaces"),
            debian_switch: number("sys/kernel/unprivileged_userns_clone"),
            apparmor: number("sys/kernel/apparmor_restrict_unprivileged_userns"),
            profile: text("self/attr/apparmor/current").and_then(enforced),
        }
    }
}

/// The way out of what hinders a room of namespaces.
fn mend(error: &SandboxError, settings: &Settings) -> String {
    let (step, why) = match error {
        SandboxError::Refused { step, why } => (step.as_str(), why.as_str()),
        _ => return "start Gradus again; if it stays so, please report it".to_owned(),
    };
    if settings.user_namespaces == Some(0) {
        "sudo sysctl user.max_user_namespaces=15000".to_owned()
    } else if settings.debian_switch == Some(0) {
        "sudo sysctl kernel.unprivileged_userns_clone=1".to_owned()
    } else if step == "mount /proc" {
        // Whoever gets as far as this may make namespaces.
        "a container masks /proc: start it with --security-opt systempaths=unconfined".to_owned()
    } else if let Some(profile) = &settings.profile {
        if CONTAINERS.iter().any(|container| profile.starts_with(container)) {
            "a container's profiles forbid it: start it with --security-opt seccomp=unconfined --security-opt \
             apparmor=unconfined"
                .to_owned()
        } else {
            format!(
                "AppArmor's profile `{profile}` forbids it: give this program one with flags=(unconfined) and `userns,`"
            )
        }
    } else if settings.apparmor == Some(1) {
        "AppArmor forbids it to programs without a profile: write one for this program that says `userns,`, or sudo sysctl \
         kernel.apparmor_restrict_unprivileged_userns=0"
            .to_owned()
    } else if step.contains("namespaces")
        && (why.contains("not implemented") || why.contains("not permitted"))
    {
        "a container's seccomp profile forbids it: start it with --security-opt seccomp=unconfined".to_owned()
    } else if why.contains("root must not stand") {
        "run Gradus as an ordinary user, or as the machine's own root".to_owned()
    } else {
        "run Gradus on the machine itself, not in a container, as an ordinary user".to_owned()
    }
}

/// The way to control groups. Nobody must go it: without them, limits are looked at instead of held.
fn mend_cgroup(why: &NoCgroup) -> String {
    let run = |as_whom: &str| {
        format!("run it in a scope of its own: systemd-run {as_whom}--scope -p Delegate=yes gradus …")
    };
    match why {
        NoCgroup::NoController(_) => {
            "boot with systemd.unified_cgroup_hierarchy=1; until then, limits are looked at each 10 to 50 ms"
                .to_owned()
        }
        NoCgroup::NotMounted => {
            "mount cgroup2 at /sys/fs/cgroup; in a container, have its own group there and writable"
                .to_owned()
        }
        NoCgroup::NotOurs { .. } | NoCgroup::Shared { .. } | NoCgroup::Failed { .. } => {
            run(if host_id("").is_some() { "" } else { "--user " })
        }
    }
}

fn kernel() -> String {
    fs::read_to_string("/proc/sys/kernel/osrelease")
        .map_or_else(|_| "(unknown)".to_owned(), |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way_out(step: &str, why: &str, settings: Settings) -> String {
        mend(&SandboxError::Refused { step: step.into(), why: why.into() }, &settings)
    }

    fn open() -> Settings {
        Settings { user_namespaces: Some(9), apparmor: Some(0), ..Settings::default() }
    }

    const CLONE: &str = "make a process in namespaces of its own";

    #[test]
    fn each_hindrance_has_its_way_out() {
        let none = Settings { user_namespaces: Some(0), ..open() };
        assert!(way_out(CLONE, "No space left on device", none).contains("max_user_namespaces"));
        assert!(way_out("mount /proc", "Operation not permitted", open()).contains("systempaths"));
        assert!(way_out(CLONE, "Function not implemented", open()).contains("seccomp=unconfined"));
        assert!(way_out("anything else", "for any reason", open()).contains("ordinary user"));
    }

    /// The settings of a system whose files say this.
    fn settings(files: &[(&str, &str)]) -> Settings {
        let proc = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = proc.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Settings::read(proc.path())
    }

    #[test]
    fn ubuntus_rule_and_a_profile_of_ones_own_are_told_apart() {
        let rule = ("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
        let label = |text| ("self/attr/apparmor/current", text);
        let (ubuntu, free) = ("restrict_unprivileged_userns=0", "ordinary user");
        for (files, step, why, says) in [
            // The system lets a namespace be made, and then nothing be done in it.
            (vec![rule, label("unconfined\n")], CLONE, "Operation not permitted", ubuntu),
            (vec![rule], "part from the machine's mounts", "Permission denied", ubuntu),
            (vec![rule, label("gradus (unconfined)\n")], CLONE, "Permission denied", ubuntu),
            (vec![label("unconfined\n")], "part from the machine's mounts", "Permission denied", free),
            (vec![label("mine (complain)\n")], "part from the machine's mounts", "Permission denied", free),
            (
                vec![label("mine (enforce)\n")],
                "part from the machine's mounts",
                "Permission denied",
                "profile `mine`",
            ),
            (
                vec![rule, label("docker-default (enforce)\n")],
                CLONE,
                "Operation not permitted",
                "apparmor=unconfined",
            ),
            (vec![rule], "mount /proc", "Operation not permitted", "systempaths"),
        ] {
            let text = way_out(step, why, settings(&files));
            assert!(text.contains(says), "{files:?}, {step}: {text}");
        }
    }
}

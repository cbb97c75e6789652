//! The ground on which a submission is built and runs: which folder of the machine, seen where, in what kind of room.

mod another;
mod server;

use crate::files::{give, readable, size};
use gradus_intake::aside::{Aside, copy_all};
use gradus_intake::plan;
use gradus_model::duration::{format_duration, format_size};
use gradus_model::exercise::Limits;
use gradus_model::report::{Isolation, LimitState};
use gradus_sandbox::{
    Access, HOME, Holds, Launcher, Limits as RoomLimits, RoomSpec, Rung, SandboxError, View, host_id,
};
use server::Tenant;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Where a submission sees itself in a room of its own.
pub const WORK: &str = "/work";
/// Where a program in WebAssembly sees the submission.
pub const APP: &str = "/app";
/// Where it sees its `DATA_DIR` there.
const DATA: &str = "/data";
/// Where programs see what compilers keep for the next time.
const COMPILED: &str = "/compiled";
/// What a build may use of memory: compilers are hungrier than what they make.
const BUILD_MEMORY: u64 = 4 << 30;

/// How many times what it may write at run time a submission may write while it is built.
const BUILD_DISK: u64 = 8;

/// How submissions are kept apart from the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// In rooms of namespaces.
    Native,
    /// By Landlock and seccomp alone.
    Guarded {
        /// Why nothing better could be had, if better was wanted.
        because: Option<String>,
    },
    /// In WebAssembly: what is handed in is run as it is, and starts no process.
    Wasm,
    /// Not at all: plain child processes.
    None {
        /// Why nothing better could be had, if better was wanted.
        because: Option<String>,
    },
}

impl Sandbox {
    /// Rooms of namespaces, if this machine makes one on trial.
    pub async fn native(launcher: &Launcher) -> Result<Self, SandboxError> {
        let view = View { host_id: host_id("trial"), ..View::of_room() };
        let trial = RoomSpec { rung: Rung::Native(view), limits: RoomLimits::default() };
        launcher.open(&trial).await.map(|_| Self::Native)
    }

    /// Landlock and seccomp, if this machine has them.
    pub async fn guarded(launcher: &Launcher, because: Option<String>) -> Result<Self, SandboxError> {
        let rung = Rung::Guarded { view: View::of_system(), ports: Vec::new() };
        let trial = RoomSpec { rung, limits: RoomLimits::default() };
        launcher.open(&trial).await.map(|_| Self::Guarded { because })
    }

    /// The strongest that this machine has.
    pub async fn strongest(launcher: &Launcher) -> Self {
        let first = match Self::native(launcher).await {
            Ok(native) => return native,
            Err(error) => error.to_string(),
        };
        match Self::guarded(launcher, Some(first.clone())).await {
            Ok(guarded) => guarded,
            Err(second) => Self::None { because: Some(format!("{first}; {second}")) },
        }
    }
}

/// How often a build's folder is measured.
const LOOKS: Duration = Duration::from_millis(300);

/// Bytes of memory that the programs of a grading may take together at once: what they write at run time lies in memory too.
pub fn most_memory(plan: &plan::Plan, limits: &Limits) -> u64 {
    let runs = limits.memory.saturating_add(limits.disk);
    let compiles = plan.build.is_some() && plan.configuration.is_none();
    if compiles { runs.max(build_memory(limits)) } else { runs }
}

fn build_memory(limits: &Limits) -> u64 {
    limits.memory.max(BUILD_MEMORY)
}

/// The ground of one submission.
#[derive(Debug)]
pub struct Ground {
    sandbox: Sandbox,
    /// The submission's own folder on this machine.
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    toolchains: Vec<PathBuf>,
    /// Sets of packages, and where they are seen.
    packages: Vec<(PathBuf, PathBuf, Access)>,
    /// Copies that are gone with us: of sets of packages, or of what was built.
    copies: Vec<TempDir>,
    /// Package managers whose packages are needed and not there.
    lacking: Vec<&'static str>,
    host_id: Option<u32>,
    /// What was built, while a copy of it runs.
    aside: Option<Aside>,
    /// What compilers keep for the next time.
    compiled: Option<PathBuf>,
    /// Whom it is made for.
    tenant: Tenant,
}

impl Ground {
    /// The ground of a submission in `folder`, which is Gradus's own copy of it, for programs with these variables.
    pub fn new(sandbox: &Sandbox, folder: &Path, environment: &[(OsString, OsString)]) -> io::Result<Self> {
        if *sandbox == Sandbox::Wasm {
            return Err(io::Error::other("WebAssembly starts no process, and this needs one"));
        }
        let mut ground = Self {
            sandbox: sandbox.clone(),
            folder: folder.to_owned(),
            environment: environment.to_vec(),
            toolchains: Vec::new(),
            packages: Vec::new(),
            copies: Vec::new(),
            lacking: Vec::new(),
            host_id: None,
            aside: None,
            compiled: None,
            tenant: Tenant::Program,
        };
        if ground.is_apart() {
            let (toolchains, variables) = plan::homes(environment);
            ground.toolchains = toolchains;
            ground.host_id = host_id(&folder.to_string_lossy()).filter(|_| ground.is_native());
            let elsewhere = ["HOME", "TMPDIR", "USER", "LOGNAME", "SHELL", "CARGO_HOME"];
            let told = variables.iter().map(|(name, _)| name.as_os_str());
            let replaced: Vec<&OsStr> = elsewhere.iter().map(OsStr::new).chain(told).collect();
            ground.environment.retain(|(name, _)| !replaced.contains(&name.as_os_str()));
            ground.environment.extend(variables);
            ground.environment.push(("USER".into(), "gradus".into()));
            if ground.is_native() {
                ground.environment.push(("HOME".into(), HOME.into()));
            }
            // Root may have given it to somebody else before, and takes it back for itself.
            let owner = ground.host_id.or_else(|| host_id("").map(|_| 0));
            if let Some(id) = owner {
                give(folder, id)?;
            }
        }
        Ok(ground)
    }

    /// Whether it runs in rooms with files and a network of their own.
    pub fn is_native(&self) -> bool {
        self.sandbox == Sandbox::Native
    }

    /// Whether it is kept apart from the machine in any way.
    fn is_apart(&self) -> bool {
        !matches!(self.sandbox, Sandbox::None { .. } | Sandbox::Wasm)
    }

    /// A word that differs where what was built on one ground would not run on another.
    pub fn kind(&self) -> &'static str {
        match self.sandbox {
            Sandbox::Native => "native",
            Sandbox::Guarded { .. } => "guarded",
            Sandbox::Wasm => "wasm",
            Sandbox::None { .. } => "none",
        }
    }

    /// Variables that every program of the submission gets.
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// The submission's own folder on this machine.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was built stays as it is whatever its programs write beside their data, as long as the ground is there. A room
    /// with an overlay sees to that itself.
    pub fn lend(&mut self) -> io::Result<()> {
        if !self.is_native() {
            self.aside = Some(Aside::set(&self.folder)?);
        }
        Ok(())
    }

    /// Shows a set of packages, which stays as it is whatever a build does; to one that writes, a copy is shown.
    pub fn use_packages(&mut self, set: &Path, at: PathBuf, writes: bool) -> io::Result<()> {
        if !writes {
            self.packages.push((set.to_owned(), at, Access::Read));
            return Ok(());
        }
        let copy = TempDir::with_prefix("gradus-packages-")?;
        copy_all(set, copy.path())?;
        self.write_packages(copy.path(), at)?;
        self.copies.push(copy);
        Ok(())
    }

    /// Gives programs more variables.
    pub fn tell(&mut self, variables: Vec<(OsString, OsString)>) {
        self.environment.extend(variables);
    }

    /// Lets programs be found in a folder of this machine's before all others.
    pub fn look_first_in(&mut self, folder: &Path) {
        for (_, path) in self.environment.iter_mut().filter(|(name, _)| name == "PATH") {
            let mut longer = folder.as_os_str().to_owned();
            longer.push(":");
            longer.push(&path);
            *path = longer;
        }
    }

    /// What was built needs no packages that can be written any more; others may be read as long as it runs.
    pub fn forget_packages(&mut self) {
        self.packages.retain(|(_, _, access)| *access == Access::Read);
        self.copies.clear();
    }

    /// Keeps in a folder what a compiler wants to find again, and says where in this variable. What is compiled when the
    /// submission runs is not kept where the room has an overlay.
    pub fn keep_compiled(&mut self, folder: PathBuf, variable: &str) -> io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        if let Some(id) = self.host_id {
            give(&folder, id)?;
        }
        let seen = if self.is_native() { PathBuf::from(COMPILED) } else { folder.clone() };
        self.environment.push((variable.into(), seen.into()));
        self.compiled = Some(folder);
        Ok(())
    }

    /// Remembers that packages are needed which are not there.
    pub fn lacks_packages(&mut self, manager: &'static str) {
        self.lacking.push(manager);
    }

    /// Package managers whose packages are needed and not there.
    pub fn lacking(&self) -> &[&'static str] {
        &self.lacking
    }

    /// Lets programs write a set of packages.
    pub fn write_packages(&mut self, set: &Path, at: PathBuf) -> io::Result<()> {
        if let Some(id) = self.host_id {
            give(set, id)?;
        }
        self.packages.push((set.to_owned(), at, Access::Write));
        Ok(())
    }

    /// Takes the sets that were written back, so that nobody else ever writes them.
    pub fn take_packages(&mut self) -> io::Result<()> {
        for (set, _, _) in std::mem::take(&mut self.packages) {
            if self.host_id.is_some() {
                give(&set, 0)?;
            }
            readable(&set)?;
        }
        Ok(())
    }

    /// Where a folder of the submission is, as its programs see it.
    pub fn dir(&self, below: Option<&Path>) -> PathBuf {
        let root = if self.is_native() { Path::new(WORK) } else { &self.folder };
        below.map_or_else(|| root.to_owned(), |below| root.join(below))
    }

    /// An empty `DATA_DIR`, where the room brings none of its own.
    pub fn data(&self) -> io::Result<Option<TempDir>> {
        if self.is_native() {
            return Ok(None);
        }
        let folder = TempDir::with_prefix("gradus-data-")?;
        for name in self.private_folders() {
            fs::create_dir(folder.path().join(name))?;
        }
        if let Some(id) = self.host_id {
            give(folder.path(), id)?;
        }
        Ok(Some(folder))
    }

    /// What stands beside the data, where the machine's own places for it are out of reach.
    fn private_folders(&self) -> &'static [&'static str] {
        if self.is_apart() { &["data", "home", "tmp"] } else { &[] }
    }

    /// The variables that tell a program where it may write.
    pub fn places(&self, data: Option<&TempDir>) -> Vec<(OsString, OsString)> {
        let Some(data) = data.map(TempDir::path) else { return vec![("DATA_DIR".into(), DATA.into())] };
        if !self.is_apart() {
            return vec![("DATA_DIR".into(), data.into())];
        }
        let names = ["DATA_DIR", "HOME", "TMPDIR"];
        let folders = self.private_folders().iter().map(|name| data.join(name).into());
        names.map(OsString::from).into_iter().zip(folders).collect()
    }

    /// The variables that tell a server where it listens and where it may write.
    pub fn address(&self, port: u16, data: Option<&TempDir>) -> Vec<(OsString, OsString)> {
        let mut told = vec![("PORT".into(), port.to_string().into()), ("HOST".into(), "127.0.0.1".into())];
        told.extend(self.places(data));
        told
    }

    /// The room in which it is built. What it writes stays.
    pub fn build_room(&self, limits: &Limits, data: Option<&TempDir>, ports: &[u16]) -> RoomSpec {
        let memory = match self.tenant {
            Tenant::Program => build_memory(limits),
            Tenant::Server => limits.memory,
        };
        // One file can't reach what all of them together may take, so that it is always clear which of the two it was.
        let file_size = Some(build_disk(limits) / 2);
        let cpu = Some(limits.build);
        let limits = RoomLimits { memory, cpu, file_size, files: 4096, ..room_limits(limits) };
        RoomSpec { rung: self.rung(Access::Write, data, ports), limits }
    }

    /// Returns once its folder holds more than a build may write.
    pub async fn outgrows(&self, limits: &Limits) {
        let most = build_disk(limits);
        loop {
            tokio::time::sleep(LOOKS).await;
            let written = self.packages.iter().filter(|(_, _, access)| *access == Access::Write);
            let folders: Vec<PathBuf> =
                written.map(|(set, _, _)| set).chain([&self.folder]).cloned().collect();
            let sizes = move || folders.iter().map(|folder| size(folder)).sum::<u64>();
            // A look that fails is made again.
            if tokio::task::spawn_blocking(sizes).await.is_ok_and(|size| size > most) {
                return;
            }
        }
    }

    /// The room in which it runs. What it writes outside `DATA_DIR` goes with the room.
    pub fn run_room(&self, limits: &Limits, data: Option<&TempDir>, ports: &[u16]) -> RoomSpec {
        RoomSpec { rung: self.rung(Access::Overlay, data, ports), limits: room_limits(limits) }
    }

    fn rung(&self, access: Access, data: Option<&TempDir>, ports: &[u16]) -> Rung {
        let toolchains = |view: View| self.toolchains.iter().cloned().fold(view, View::show);
        match self.sandbox {
            Sandbox::None { .. } | Sandbox::Wasm => Rung::None,
            Sandbox::Native => {
                let view =
                    toolchains(View::of_room()).folder(DATA).put(self.folder.clone(), WORK.into(), access);
                let packages = self.packages.iter().cloned();
                let view = packages.fold(view, |view, (set, at, access)| view.put(set, at, access));
                let compiled = self.compiled.clone().into_iter();
                let view = compiled.fold(view, |view, folder| view.put(folder, COMPILED.into(), access));
                Rung::Native(View { host_id: self.host_id, ..view })
            }
            Sandbox::Guarded { .. } => {
                let view =
                    toolchains(View::of_system()).put(self.folder.clone(), self.folder.clone(), access);
                let compiled = self.compiled.clone().into_iter();
                let view = compiled.fold(view, |view, folder| view.put(folder.clone(), folder, access));
                let folders = data.map(|data| data.path().to_owned()).into_iter().collect();
                Rung::Guarded { view: View { folders, ..view }, ports: ports.to_vec() }
            }
        }
    }

    /// What is said of it in reports.
    pub fn isolation(&self, limits: &Limits, holds: &Holds) -> Isolation {
        let limit = |name: &str, value: String, by: &str| LimitState {
            name: name.into(),
            value,
            by: Some(by.to_owned()).filter(|by| !by.is_empty()),
        };
        let landlock = format!("Landlock {}", holds.landlock);
        let by = |native: &str, guarded: &str| match self.sandbox {
            Sandbox::Native => native.to_owned(),
            Sandbox::Guarded { .. } => guarded.to_owned(),
            Sandbox::None { .. } | Sandbox::Wasm => String::new(),
        };
        Isolation {
            kind: self.kind().into(),
            says: self.says(),
            limits: vec![
                limit("boot", format_duration(limits.boot), "clock"),
                limit("request", format_duration(limits.request), "clock"),
                limit("check", format_duration(limits.check), "clock"),
                limit("grading", format_duration(limits.grading), "clock"),
                limit("output", format_size(limits.output), "cap"),
                limit("memory", format_size(limits.memory), &holds.memory),
                limit("tasks", limits.tasks.to_string(), &holds.tasks),
                limit("processor", format_duration(limits.grading), "RLIMIT_CPU of each process"),
                limit("open files", limits.files.to_string(), "RLIMIT_NOFILE of each process"),
                limit("disk", format_size(limits.disk), &by("size of a file system in memory", "")),
                limit("network", by("its own loopback", "its port"), &by("network namespace", &landlock)),
                limit("files", "its own".into(), &by("mount namespace, Landlock", &landlock)),
                limit("processes", "its own".into(), &by("process namespace", "")),
                limit("system calls", "known ones".into(), &by("seccomp", "seccomp")),
            ],
        }
    }

    fn says(&self) -> String {
        let plain =
            "A plain child process, not a sandbox: it could do whatever you can. For your own code only.";
        match &self.sandbox {
            Sandbox::Native => {
                "In a sandbox: files, processes and network of its own, and nothing of yours.".to_owned()
            }
            Sandbox::Guarded { because } => {
                let guarded = "Guarded by Landlock and seccomp only: it sees that other files and processes exist, and shares this machine's network.";
                with_reason(guarded, "No full sandbox", because.as_ref())
            }
            Sandbox::Wasm => plain.to_owned(),
            Sandbox::None { because } => with_reason(plain, "No sandbox", because.as_ref()),
        }
    }
}

/// How many bytes a build may leave in the submission's folder.
pub fn build_disk(limits: &Limits) -> u64 {
    limits.disk.saturating_mul(BUILD_DISK)
}

fn with_reason(what: &str, lacks: &str, because: Option<&String>) -> String {
    match because {
        None => what.to_owned(),
        Some(why) => format!("{what} {lacks} could be had here: {why}. `gradus doctor` says more."),
    }
}

fn room_limits(limits: &Limits) -> RoomLimits {
    RoomLimits {
        memory: limits.memory,
        tasks: limits.tasks,
        files: limits.files,
        file_size: None,
        cpu: Some(limits.grading),
        disk: limits.disk,
    }
}

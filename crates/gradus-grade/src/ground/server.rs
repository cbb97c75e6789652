//! The ground of a server of this machine's that runs with the submission's configuration: a copy of the submission, and what
//! such a server needs of the system. It knows nothing of configurations.

use super::{Ground, give};
use gradus_intake::plan;
use gradus_sandbox::host_id;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What a ground is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// A program of the submission's own.
    Program,
    /// A server of this machine's, with the submission's configuration.
    Server,
}

impl Ground {
    /// The same ground with a copy of the submission; one that is made afterwards is to be handed over.
    pub fn elsewhere(&self, folder: &Path) -> Self {
        Self {
            sandbox: self.sandbox.clone(),
            folder: folder.to_owned(),
            environment: self.environment.clone(),
            toolchains: self.toolchains.clone(),
            packages: Vec::new(),
            copies: Vec::new(),
            lacking: Vec::new(),
            host_id: self.host_id,
            aside: None,
            compiled: None,
            tenant: self.tenant,
        }
    }

    /// Gives the folder to whoever runs in it.
    pub fn hand_over(&self) -> io::Result<()> {
        self.host_id.map_or(Ok(()), |id| give(&self.folder, id))
    }

    /// Makes it the ground of a server that is run with a configuration: where such servers' programs are, and whom they may
    /// be when root starts them outside of a room of their own.
    pub fn for_servers(&mut self) {
        for (_, path) in self.environment.iter_mut().filter(|(name, _)| name == "PATH") {
            for folder in plan::SBIN {
                path.push(":");
                path.push(folder);
            }
        }
        let user = if self.is_roots() { "user root root;" } else { "" };
        self.environment.push(("NGINX_USER".into(), user.into()));
        self.toolchains.extend(plan::TYPES.map(PathBuf::from));
        if self.is_apart() && !self.is_native() {
            self.toolchains.extend(["/etc/passwd", "/etc/group"].map(PathBuf::from));
        }
        self.tenant = Tenant::Server;
    }

    /// Whether its programs are started by the machine's own root: servers then give up their rights by themselves, and read
    /// and write as somebody else.
    fn is_roots(&self) -> bool {
        host_id("").is_some() && !self.is_native()
    }

    /// Lets a server that gave up its rights enter a folder.
    pub fn open_to_servers(&self, folder: &Path) -> io::Result<()> {
        if self.tenant == Tenant::Server && self.is_roots() {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        }
        Ok(())
    }
}

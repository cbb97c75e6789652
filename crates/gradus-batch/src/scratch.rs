//! The folder in which submissions are unpacked and run, beside the gradebook, so that whatever a killed batch left behind is
//! found and removed by the next one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Gone when this is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty one for the gradebook at this path. Whoever calls holds the gradebook's lock.
    pub fn beside(gradebook: &Path) -> io::Result<Self> {
        let mut name = gradebook.as_os_str().to_owned();
        name.push(".scratch");
        let path = PathBuf::from(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        // What learners handed in is nobody else's business.
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        // What runs in a sandbox is found by its whole path.
        path.canonicalize().map(Self)
    }

    /// A new folder in it.
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.0.join(name);
        fs::create_dir(&folder)?;
        Ok(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left is removed before the next batch.
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! What a runner may read and write, and that no path of it leads out.

use crate::support::{settings, small};
use gradus_wasm::{Files, Settings};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A submission's folder with `app.py` and its data with `mine`, beside a secret that is in neither.
fn place() -> (TempDir, Files) {
    let outside = tempfile::tempdir().unwrap();
    let at = |name: &str| outside.path().join(name);
    fs::create_dir(at("app")).unwrap();
    fs::create_dir(at("data")).unwrap();
    fs::write(at("app/app.py"), "app").unwrap();
    fs::write(at("data/mine"), "mine").unwrap();
    fs::write(at("secret"), "secret").unwrap();
    let settings = Settings { folder: Some(at("app")), data: Some(at("data")), ..settings(small()) };
    (outside, Files::new(&settings))
}

fn secret(outside: &Path) -> String {
    fs::read_to_string(outside.join("secret")).unwrap()
}

#[test]
fn a_runner_reads_the_submission_and_changes_only_its_data() {
    let (_outside, files) = place();
    assert_eq!(files.read("/app/app.py").unwrap(), b"app");
    files.write("/data/mine", b" too", true).unwrap();
    files.make_folder("/data/below").unwrap();
    files.rename("/data/mine", "/data/below/mine").unwrap();
    assert_eq!(files.read("/data/below/mine").unwrap(), b"mine too");
    assert_eq!(files.names("/data").unwrap(), ["below"]);
    files.remove("/data/below").unwrap();
    for refused in
        [files.write("/app/app.py", b"", false), files.remove("/app/app.py"), files.make_folder("/app/x")]
    {
        assert_eq!(refused, Err("EROFS".into()));
    }
    assert_eq!(files.rename("/app/app.py", "/data/app.py"), Err("EROFS".into()));
    assert_eq!(files.remove("/data"), Err("EBUSY".into()));
}

#[test]
fn no_path_of_a_runner_leaves_its_folders() {
    let (outside, files) = place();
    let real = outside.path().join("secret").display().to_string();
    for path in [
        "/data/../secret",
        "/app/../secret",
        "/app/x/../../secret",
        "/data/./../secret",
        &real,
        "/etc/passwd",
        "",
    ] {
        assert!(files.read(path).is_err(), "{path}");
        assert!(files.look(path).is_err(), "{path}");
        assert!(files.write(path, b"gone", false).is_err(), "{path}");
        assert!(files.remove(path).is_err(), "{path}");
        assert!(files.rename("/data/mine", path).is_err(), "{path}");
        assert!(files.names(path).is_err(), "{path}");
    }
    assert_eq!(secret(outside.path()), "secret");
}

#[cfg(unix)]
#[test]
fn no_link_leads_a_runner_out_of_its_folders() {
    use std::os::unix::fs::symlink;
    let (outside, files) = place();
    for place in ["app", "data"] {
        symlink("../secret", outside.path().join(place).join("link")).unwrap();
        symlink("..", outside.path().join(place).join("up")).unwrap();
    }
    for path in ["/app/link", "/app/up/secret", "/data/link", "/data/up/secret"] {
        assert_eq!(files.read(path), Err("EACCES".into()), "{path}");
        assert!(files.write(path, b"gone", false).is_err(), "{path}");
        assert!(files.rename("/data/mine", path).is_err(), "{path}");
        assert!(files.names(path).is_err(), "{path}");
    }
    assert!(files.names("/data/up").is_err());
    assert!(files.remove("/data/up/secret").is_err());
    assert!(files.make_folder("/data/up/more").is_err());
    assert_eq!(secret(outside.path()), "secret");
    assert!(!outside.path().join("more").exists());
}

//! Archives with every known trick: what is refused, with which reason, and that nothing is written elsewhere.

use gradus_intake::archive::{ArchiveError, Bounds, OnRefusal, unpack};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SMALL: Bounds = Bounds { bytes: 1 << 20, files: 50, depth: 8 };

/// What came of an archive of this name: the error, or the files below its folder.
struct Came {
    dir: TempDir,
    result: Result<Vec<(PathBuf, ArchiveError)>, ArchiveError>,
}

impl Came {
    fn of(name: &str, bytes: &[u8], bounds: Bounds, on_refusal: OnRefusal) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let archive = dir.path().join(name);
        fs::write(&archive, bytes).expect("an archive");
        let into = dir.path().join("into");
        fs::create_dir(&into).expect("a folder");
        let result = unpack(&archive, &into, bounds, on_refusal);
        Self { dir, result }
    }

    fn stop(name: &str, bytes: &[u8]) -> Self {
        Self::of(name, bytes, SMALL, OnRefusal::Stop)
    }

    #[track_caller]
    fn refused(&self, why: &str) {
        let error = self.result.as_ref().expect_err("it is refused").to_string();
        assert!(error.contains(why), "{error:?} does not say {why:?}");
        // Beside the archive and its folder nothing came to be.
        assert_eq!(fs::read_dir(self.dir.path()).expect("a folder").count(), 2);
    }

    #[track_caller]
    fn files(&self) -> Vec<String> {
        self.result.as_ref().expect("it is unpacked");
        let into = self.dir.path().join("into");
        let mut files = Vec::new();
        list(&into, &into, &mut files);
        files.sort();
        files
    }
}

fn list(root: &Path, dir: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(root, &path, files);
        } else {
            files.push(path.strip_prefix(root).expect("below").display().to_string());
        }
    }
}

/// A tar archive; the names are written as they stand, whatever they are.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(mut self, name: &str, kind: tar::EntryType, link: &str, content: &[u8]) -> Self {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o6755);
        header.set_size(content.len() as u64);
        header.set_cksum();
        self.0.extend(header.as_bytes());
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &str) -> Self {
        self.entry(name, tar::EntryType::Regular, "", content.as_bytes())
    }

    fn bytes(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zip(entries: &[(&str, &[u8], Option<u32>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content, mode) in entries {
        let mut options = zip::write::SimpleFileOptions::default();
        if let Some(mode) = mode {
            options = options.unix_permissions(*mode);
        }
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

#[test]
fn good_archives_of_every_kind_hold_the_same() {
    let tar = Tar::default().file("./work/app.py", "x").file("work/sub/b.txt", "y").bytes();
    let zst = ruzstd::encoding::compress_to_vec(&tar[..], ruzstd::encoding::CompressionLevel::Fastest);
    for (name, bytes) in [
        ("a.tar", tar.clone()),
        ("a.tar.gz", gzip(&tar)),
        ("a.TGZ", gzip(&tar)),
        ("a.tar.zst", zst),
        ("a.zip", zip(&[("work/app.py", b"x", None), ("work\\sub\\b.txt", b"y", None)])),
    ] {
        assert_eq!(Came::stop(name, &bytes).files(), ["work/app.py", "work/sub/b.txt"], "{name}");
    }
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for (path, why) in [
        ("../evil", "leads out of the archive"),
        ("a/../../evil", "leads out of the archive"),
        ("..", "leads out of the archive"),
        ("/etc/evil", "absolute path"),
        ("//evil", "absolute path"),
        ("C:/evil", "a path of Windows"),
        ("./.", "is no path"),
    ] {
        Came::stop("a.tar", &Tar::default().file(path, "x").bytes()).refused(why);
        Came::stop("a.zip", &zip(&[(path, b"x", None)])).refused(why);
    }
    Came::stop("a.zip", &zip(&[("..\\..\\evil", b"x", None)])).refused("leads out of the archive");
    Came::stop("a.tar", &Tar::default().file("..\\evil", "x").bytes()).refused("a path of Windows");
}

#[test]
fn links_and_devices_are_refused_by_name() {
    for (kind, link, why) in [
        (tar::EntryType::Symlink, "/etc/passwd", "a link to `/etc/passwd`"),
        (tar::EntryType::Link, "../x", "a hard link to `../x`"),
        (tar::EntryType::Char, "", "a device"),
        (tar::EntryType::Block, "", "a device"),
        (tar::EntryType::Fifo, "", "a pipe"),
        (tar::EntryType::new(b'Z'), "", "neither a file nor a folder"),
    ] {
        Came::stop("a.tar", &Tar::default().entry("it", kind, link, b"").bytes()).refused(why);
    }
    // The upper half of a mode tells the type, as Unix writes it; the writer at hand has a way to say so for links alone.
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.add_symlink("it", "/etc/passwd", options).expect("a link");
    Came::stop("a.zip", &writer.finish().expect("memory").into_inner()).refused("a link");
}

#[test]
fn a_link_and_a_file_through_it_write_nothing_elsewhere() {
    let outside = tempfile::tempdir().expect("a folder");
    let link = outside.path().display().to_string();
    let tar = Tar::default().entry("x", tar::EntryType::Symlink, &link, b"").file("x/evil", "x").bytes();
    let came = Came::of("a.tar", &tar, SMALL, OnRefusal::GoOn);
    assert_eq!(came.files(), ["x/evil"]);
    assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
}

#[test]
fn a_path_that_is_there_twice_is_refused() {
    Came::stop("a.tar", &Tar::default().file("a", "1").file("a", "2").bytes()).refused("is in it twice");
    Came::stop("a.tar", &Tar::default().file("a", "1").file("a/b", "2").bytes()).refused("is in it twice");
    Came::stop("a.tar", &Tar::default().file("a/b", "1").file("a", "2").bytes()).refused("is in it twice");
    let same = Tar::default().file("./a", "1").file("b/../a", "2").bytes();
    Came::stop("a.tar", &same).refused("leads out of the archive");
}

#[test]
fn bombs_are_refused_whatever_they_claim() {
    let zeros = vec![0; 3 << 20];
    Came::stop("a.zip", &zip(&[("zeros", &zeros, None)])).refused("more than 1 MiB");
    let tar = Tar::default().entry("zeros", tar::EntryType::Regular, "", &zeros).bytes();
    Came::stop("a.tar.gz", &gzip(&tar)).refused("more than 1 MiB");
    // Many small ones make a large one.
    let many: Vec<String> = (0..40).map(|n| format!("f{n}")).collect();
    let part = &zeros[..64 << 10];
    let entries: Vec<(&str, &[u8], Option<u32>)> =
        many.iter().map(|name| (name.as_str(), part, None)).collect();
    Came::stop("a.zip", &zip(&entries)).refused("more than 1 MiB");
    // A stream of nothing but what is passed over.
    let passed_over =
        Tar::default().entry("node_modules/x", tar::EntryType::Regular, "", &vec![0; 70 << 20]).bytes();
    Came::stop("a.tar.gz", &gzip(&passed_over)).refused("more than 1 MiB");
    // A zip that claims to be small: the size in both of its headers is a lie.
    let mut lies = zip(&[("zeros", &zeros, None)]);
    let size = (3_u32 << 20).to_le_bytes();
    let places: Vec<usize> = (0..lies.len() - 4).filter(|at| lies[*at..at + 4] == size).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| lies[*at..at + 4].copy_from_slice(&10_u32.to_le_bytes()));
    assert!(Came::stop("a.zip", &lies).result.is_err() || Came::stop("a.zip", &lies).files() == ["zeros"]);
}

/// A line of a pax header, which begins with its own length.
fn pax(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let digits = (1..9).find(|digits| (rest.len() + digits).to_string().len() == *digits).expect("a length");
    format!("{}{rest}", rest.len() + digits)
}

#[test]
fn long_names_are_read_as_far_as_names_may_be_long() {
    let long = format!("work/{}/app.py", "n".repeat(150));
    let linked = tar::EntryType::GNULongName;
    let gnu = Tar::default().entry("././@LongLink", linked, "", format!("{long}\0").as_bytes());
    assert_eq!(Came::stop("a.tar", &gnu.file("cut", "x").bytes()).files(), [long.as_str()]);
    let described = |text: &str| Tar::default().entry("pax", tar::EntryType::XHeader, "", text.as_bytes());
    let posix = described(&(pax("mtime", "1.5") + &pax("path", &long))).file("cut", "x").file("b", "y");
    assert_eq!(Came::stop("a.tar", &posix.bytes()).files(), ["b", long.as_str()]);
    // What a description says counts, and is held to the same rules.
    let out = described(&pax("path", "../evil")).file("good", "x");
    Came::stop("a.tar", &out.bytes()).refused("leads out of the archive");
    let bomb = "n".repeat(3 << 20);
    let endless = Tar::default().entry("././@LongLink", linked, "", bomb.as_bytes()).file("cut", "x");
    Came::stop("a.tar.gz", &gzip(&endless.bytes())).refused("is too long a path");
    let endless = described(&pax("comment", &bomb)).file("a", "x").file("b", "y").bytes();
    Came::stop("a.tar.gz", &gzip(&endless)).refused("`a` is described by more than 1 MiB");
    assert_eq!(Came::of("a.tar.gz", &gzip(&endless), SMALL, OnRefusal::GoOn).files(), ["b"]);
}

#[test]
fn what_two_readers_take_for_different_files_is_refused() {
    let described = |text: &str| Tar::default().entry("pax", tar::EntryType::XHeader, "", text.as_bytes());
    Came::stop("a.tar", &described(&pax("size", "600")).file("a", "x").bytes()).refused("`a` has two sizes");
    assert_eq!(Came::stop("a.tar", &described(&pax("size", "1")).file("a", "x").bytes()).files(), ["a"]);
    let sparse = described(&pax("GNU.sparse.realsize", "1000000000000")).file("a", "x");
    Came::stop("a.tar", &sparse.bytes()).refused("`a` is a sparse file");
    let sparse = Tar::default().entry("a", tar::EntryType::GNUSparse, "", b"x");
    Came::stop("a.tar", &sparse.bytes()).refused("`a` is a sparse file");
}

#[test]
fn a_zstandard_stream_that_asks_for_much_memory_is_refused() {
    // A frame of RFC 8878: the magic number, a descriptor without a size, a window of 128 MiB, an empty last block.
    let asks = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    let came = Came::stop("a.tar.zst", &asks);
    let error = came.result.as_ref().expect_err("it is refused").to_string();
    assert!(error.to_lowercase().contains("window"), "{error}");
}

#[test]
fn too_many_files_and_folders_are_refused() {
    let many: Vec<String> = (0..60).map(|n| format!("f{n}")).collect();
    let entries: Vec<(&str, &[u8], Option<u32>)> =
        many.iter().map(|name| (name.as_str(), &b""[..], None)).collect();
    Came::stop("a.zip", &zip(&entries)).refused("more than 50 files");
    let tar =
        many.iter().fold(Tar::default(), |tar, name| tar.entry(name, tar::EntryType::Directory, "", b""));
    Came::stop("a.tar", &tar.bytes()).refused("more than 50 files");
    Came::stop("a.tar", &Tar::default().file("a/b/c/d/e/f/g/h/i", "x").bytes())
        .refused("more than 8 folders");
}

#[test]
fn what_is_no_archive_is_refused_as_what_its_name_says() {
    for name in ["a.zip", "a.tar.gz", "a.tar.zst", "a.tgz"] {
        for bytes in [&b""[..], b"hello, I am no archive", &[0x1f, 0x8b, 8, 0, 0, 0], b"PK\x03\x04\xff\xff"] {
            assert!(Came::stop(name, bytes).result.is_err(), "{name} {bytes:?}");
        }
    }
    Came::stop("a.rar", b"Rar!").refused("only zip, tar, tar.gz and tar.zst are read");
    let whole = zip(&[("a", b"some text that is long enough", None), ("b", b"other text", None)]);
    for length in 0..whole.len() {
        assert!(Came::stop("a.zip", &whole[..length]).result.is_err(), "cut at {length}");
    }
    let damaged = gzip(&Tar::default().file("a", "x").bytes());
    assert!(Came::stop("a.tar.gz", &damaged[..damaged.len() / 2]).result.is_err());
}

#[test]
fn what_never_belongs_to_a_submission_is_passed_over_and_costs_nothing() {
    let tar = Tar::default()
        .entry("node_modules/.bin/x", tar::EntryType::Symlink, "/bin/sh", b"")
        .file(".git/hooks/post-checkout", "evil")
        .file("__MACOSX/x", "x")
        .file("a.py", "x")
        .bytes();
    assert_eq!(Came::stop("a.tar", &tar).files(), ["a.py"]);
}

#[test]
fn in_an_archive_of_many_a_refusal_costs_only_what_is_refused() {
    let tar = Tar::default()
        .file("ada/app.py", "x")
        .entry("bob/link", tar::EntryType::Symlink, "/etc/passwd", b"")
        .file("../eve", "x")
        .file("zoe/app.py", "x")
        .bytes();
    let came = Came::of("a.tar", &tar, SMALL, OnRefusal::GoOn);
    assert_eq!(came.files(), ["ada/app.py", "zoe/app.py"]);
    let refused: Vec<String> =
        came.result.iter().flatten().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(refused, ["bob/link", "eve"]);
}

#[cfg(unix)]
#[test]
fn only_the_permission_to_run_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let came = Came::stop("a.tar", &Tar::default().file("run", "x").bytes());
    assert_eq!(came.files(), ["run"]);
    let file = File::open(came.dir.path().join("into/run")).expect("a file");
    let mode = file.metadata().expect("metadata").permissions().mode();
    assert_eq!(mode & 0o7111, 0o111, "{mode:o}");
}

//! Packages: a build in the sandbox has no network, fetches from permitted hosts only, needs no network the second time, and
//! changes nothing of what others are built with.

use crate::support::Ran;
use crate::support::course::{Course, http_server};
use crate::support::registry::Registry;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A submission that needs the package.
fn course() -> Course {
    let server = http_server(
        "import greeting\ndef answer(method, path, body):\n    return 200, {}, greeting.text.encode()\n",
    );
    let course = Course::get_root(&server);
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n\n[run]\nbuild = \"python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt\"\nstart = \".venv/bin/python -u app.py\"\n");
    course.write("work/requirements.txt", "greeting==1.0\n");
    course
}

#[test]
fn packages_come_from_permitted_hosts_once_and_from_nowhere_else() {
    let (course, cache, registry) = (course(), TempDir::new().expect("a folder"), Registry::start());
    let index = format!("http://localhost:{}/simple", registry.port);
    let check = |hosts: &[&str]| {
        let gradus = course.gradus(&[["--sandbox", "native"].as_slice(), hosts].concat());
        gradus.env("XDG_CACHE_HOME", cache.path()).env("PIP_INDEX_URL", &index).run()
    };
    check(&[]).code(1).says("it asks pip for packages").says("--build-network HOST");
    let denied = format!("localhost:{}", registry.port);
    check(&["--build-network", "other.example"]).code(4).says(&format!("wanted to reach {denied}"));
    check(&["--build-network", "not a host"]).code(2).complains("`not a host` is no host");
    check(&["--build-network", &denied]).code(0);
    // Fetched once, packages are there for every later build, and for other submissions that need the same.
    drop(registry);
    course.write("work/notes.txt", "changed\n");
    check(&[]).code(0);
    let writes =
        "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt && ! touch /packages/pip/mine";
    course.write("work/gradus.toml", &format!("format = 1\nexercise = \"demo\"\n\n[run]\nbuild = \"{writes}\"\nstart = \".venv/bin/python -u app.py\"\n"));
    check(&[]).code(0);
    course.write("work/requirements.txt", "greeting==2.0\n");
    check(&[]).code(1).says("it asks pip for packages");
}

/// Whether this machine has a program that nothing installs for the tests.
fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A server that answers with the package's text, which its manager brings.
struct Project {
    manager: &'static str,
    /// By name; `$PORT` and `$DIGEST` are the registry's.
    files: Vec<(&'static str, String)>,
    build: &'static str,
    start: &'static str,
    /// Which variable says where the registry is, and what it says.
    variable: (&'static str, &'static str),
    /// By which host the registry is called: Go asks `localhost` without a proxy.
    host: &'static str,
    /// Whether a build is shown a copy that it may change, or what it may only read.
    copies: bool,
}

/// What a build does that wants to change the packages of all others: whatever it may. It tells how many are left.
const POISON: &str = "cd /packages/MANAGER && find . -type f -exec sh -c 'chmod u+w $0; echo poison > $0' {} \\; ; find . -mindepth 1 -delete; \
    touch /packages/MANAGER/mine; echo left: $(find . -type f ! -name mine | wc -l)";

struct Tried {
    course: Course,
    cache: TempDir,
    registry: Option<Registry>,
    variable: (&'static str, String),
}

impl Tried {
    fn new(project: &Project) -> Self {
        let check = "  - id: root\n    claim: It says hello\n    points: 10\n    steps: [ { get: /, expect: { text: hello } } ]\n";
        let (course, registry) = (Course::new(check, ""), Registry::start());
        let fill = |text: &str| text.replace("$PORT", &registry.port).replace("$DIGEST", &registry.digest);
        for (name, text) in &project.files {
            course.write(&format!("work/{name}"), &fill(text));
        }
        let variable = (project.variable.0, fill(project.variable.1));
        Self { course, cache: TempDir::new().expect("a folder"), registry: Some(registry), variable }
    }

    fn build(&self, build: &str, start: &str) {
        let run = format!("build = {build:?}\nstart = {start:?}");
        self.course.write("work/gradus.toml", &format!("format = 1\nexercise = \"demo\"\n\n[run]\n{run}\n"));
    }

    fn check(&self, arguments: &[&str]) -> Ran {
        let gradus = self.course.gradus(&[["--sandbox", "native"].as_slice(), arguments].concat());
        let gradus = gradus.env("XDG_CACHE_HOME", self.cache.path()).env("GOSUMDB", "off");
        gradus.env(self.variable.0, &self.variable.1).run()
    }

    /// Everything that is kept of packages.
    fn kept(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        read_into(&self.cache.path().join("gradus/packages"), &mut files);
        files
    }
}

fn read_into(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file")) {
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            read_into(&entry.path(), files);
        } else if kind.is_file() {
            files.insert(entry.path(), std::fs::read(entry.path()).expect("a file"));
        }
    }
}

/// It is not built without a permitted host, is with one, and from then on without a registry, whatever another build with the
/// same packages has done to them.
fn its_packages_are_fetched_once_and_never_changed(project: &Project) {
    let tried = Tried::new(project);
    let port = &tried.registry.as_ref().expect("a registry").port;
    let host = format!("{}:{port}", project.host);
    tried.build(project.build, project.start);
    tried.check(&[]).code(1).says("for packages").says("--build-network HOST");
    tried.check(&["--build-network", &host]).code(0);
    let kept = tried.kept();
    assert!(!kept.is_empty(), "nothing was kept");
    let offline = Tried { registry: None, ..tried };
    // Another submission with the same packages: its server is what was built before.
    offline.build(&POISON.replace("MANAGER", project.manager), project.start);
    let report = offline.check(&["--report", "json"]).json();
    let printed = report["build"]["output"]["text"].as_str().expect("text");
    let left: usize = printed.rsplit("left: ").next().and_then(|n| n.trim().parse().ok()).expect("a number");
    let all = if project.copies { "a copy was not changed" } else { "what is only read was changed" };
    assert_eq!(left == 0, project.copies, "{all}: {printed}");
    assert!(offline.kept() == kept, "what others are built with was changed: {printed}");
    std::fs::remove_dir_all(offline.cache.path().join("gradus/builds")).expect("what was built");
    offline.build(project.build, project.start);
    offline.check(&[]).code(0);
}

#[test]
fn packages_of_pip_are_fetched_once_and_never_changed() {
    let server = http_server(
        "import greeting\ndef answer(method, path, body):\n    return 200, {}, greeting.text.encode()\n",
    );
    its_packages_are_fetched_once_and_never_changed(&Project {
        manager: "pip",
        files: vec![("requirements.txt", "greeting==1.0\n".into()), ("app.py", server)],
        build: "python3 -m venv --clear .venv && .venv/bin/pip install -q -r requirements.txt",
        start: ".venv/bin/python -u app.py",
        host: "localhost",
        variable: ("PIP_INDEX_URL", "http://localhost:$PORT/simple"),
        copies: false,
    });
}

#[test]
fn modules_of_go_are_fetched_once_and_never_changed_where_go_is() {
    if !has("go") {
        return;
    }
    let sums = "greeting.test v1.0.0 h1:gzGJtKDCRps/T2PXCOE79pyTgrWQV9S6a/HRTWoHgRY=\n\
        greeting.test v1.0.0/go.mod h1:I0S7eHDijyM7/Caw3gN1orVR3TuTwtmouUVfn5TmjvA=\n";
    let main = "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n\n\t\"greeting.test\"\n)\n\n\
        func main() {\n\t\
            answer := func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(greeting.Text)) }\n\t\
            http.ListenAndServe(\"127.0.0.1:\"+os.Getenv(\"PORT\"), http.HandlerFunc(answer))\n}\n";
    its_packages_are_fetched_once_and_never_changed(&Project {
        manager: "go",
        files: vec![
            ("go.mod", "module demo\n\ngo 1.18\n\nrequire greeting.test v1.0.0\n".into()),
            ("go.sum", sums.into()),
            ("main.go", main.into()),
        ],
        build: "go build -o server .",
        start: "./server",
        host: "0.0.0.0",
        variable: ("GOPROXY", "http://0.0.0.0:$PORT"),
        copies: false,
    });
}

#[test]
fn packages_of_npm_are_fetched_once_and_never_changed_where_npm_is() {
    if !has("npm") {
        return;
    }
    let server = "const greeting = require('greeting');\n\
        require('http').createServer((_, answer) => answer.end(greeting)).listen(process.env.PORT, '127.0.0.1');\n";
    let manifest =
        "{ \"name\": \"demo\", \"version\": \"1.0.0\", \"dependencies\": { \"greeting\": \"1.0.0\" } }\n";
    its_packages_are_fetched_once_and_never_changed(&Project {
        manager: "npm",
        files: vec![("package.json", manifest.into()), ("server.js", server.into())],
        build: "npm install --ignore-scripts --no-fund",
        start: "node server.js",
        host: "localhost",
        variable: ("npm_config_registry", "http://localhost:$PORT"),
        copies: true,
    });
}

#[test]
fn crates_of_a_registry_of_ones_own_are_fetched_once_and_never_changed() {
    let manifest = "[package]\nname = \"demo\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\n\
        [dependencies]\ngreeting = { version = \"1\", registry = \"test\" }\n";
    let lock = "version = 3\n\n[[package]]\nname = \"demo\"\nversion = \"1.0.0\"\ndependencies = [\n \"greeting\",\n]\n\n\
        [[package]]\nname = \"greeting\"\nversion = \"1.0.0\"\nsource = \"sparse+http://localhost:$PORT/index/\"\nchecksum = \"$DIGEST\"\n";
    let main = "use std::io::{Read, Write};\n\nfn main() {\n    let port = std::env::var(\"PORT\").unwrap();\n    \
        for stream in std::net::TcpListener::bind(format!(\"127.0.0.1:{port}\")).unwrap().incoming() {\n        \
            let (mut stream, text) = (stream.unwrap(), greeting::TEXT);\n        \
            let _ = stream.read(&mut [0; 4096]);\n        \
            let _ = write!(stream, \"HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-length: {}\\r\\n\\r\\n{text}\", text.len());\n    }\n}\n";
    its_packages_are_fetched_once_and_never_changed(&Project {
        manager: "cargo",
        files: vec![
            ("Cargo.toml", manifest.into()),
            ("Cargo.lock", lock.into()),
            ("src/main.rs", main.into()),
        ],
        build: "cargo build -q --locked",
        start: "./target/debug/demo",
        host: "localhost",
        variable: ("CARGO_REGISTRIES_TEST_INDEX", "sparse+http://localhost:$PORT/index/"),
        copies: true,
    });
}

#[test]
fn artefacts_of_maven_are_fetched_once_and_never_changed() {
    let from = |list: &str, one: &str| {
        format!("<{list}><{one}><id>central</id><url>http://localhost:$PORT/maven</url></{one}></{list}>")
    };
    let pom = format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>demo</groupId><artifactId>demo</artifactId><version>1</version><packaging>pom</packaging>\n\
         {}\n{}\n<dependencies><dependency><groupId>test</groupId><artifactId>greeting</artifactId><version>1.0</version></dependency></dependencies>\n\
         <build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>1</version></plugin></plugins></build>\n\
         </project>\n",
        from("repositories", "repository"),
        from("pluginRepositories", "pluginRepository"),
    );
    let server = http_server(
        "import zipfile\ntext = zipfile.ZipFile('lib/greeting-1.0.jar').read('greeting.txt')\ndef answer(method, path, body):\n    return 200, {}, text\n",
    );
    its_packages_are_fetched_once_and_never_changed(&Project {
        manager: "mvn",
        files: vec![("pom.xml", pom), ("app.py", server)],
        build: "mvn -B -q dependency:copy-dependencies",
        start: "python3 -u app.py",
        host: "localhost",
        // The file itself says where its registry is.
        variable: ("LC_ALL", "C.UTF-8"),
        copies: true,
    });
}

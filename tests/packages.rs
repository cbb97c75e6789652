//! Packages: a build in the sandbox has no network, fetches from permitted hosts only, and needs no network the second time.

use crate::support::course::{Course, http_server};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A registry for each manager, with one package, `greeting`, whose text is "hello".
const REGISTRY: &str = r#"
import base64, hashlib, http.server, io, json, tarfile, zipfile

def zipped(files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, text in files.items(): archive.writestr(name, text)
    return whole.getvalue()

def tarred(files):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return whole.getvalue()

pages = {}
wheel = "greeting-1.0-py3-none-any.whl"
pages["/files/" + wheel] = zipped({
    "greeting.py": "text = 'hello'\n",
    "greeting-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
    "greeting-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "greeting-1.0.dist-info/RECORD": "greeting.py,,\ngreeting-1.0.dist-info/METADATA,,\ngreeting-1.0.dist-info/WHEEL,,\ngreeting-1.0.dist-info/RECORD,,\n",
})
link = hashlib.sha256(pages["/files/" + wheel]).hexdigest()
pages["/simple/greeting/"] = f"<a href='/files/{wheel}#sha256={link}'>{wheel}</a>".encode()

module = {"greeting.test@v1.0.0/go.mod": "module greeting.test\n\ngo 1.18\n", "greeting.test@v1.0.0/greeting.go": "package greeting\n\nconst Text = \"hello\"\n"}
go = "/greeting.test/@v/"
pages[go + "v1.0.0.info"] = b'{"Version": "v1.0.0", "Time": "2024-01-01T00:00:00Z"}'
pages[go + "v1.0.0.mod"] = module["greeting.test@v1.0.0/go.mod"].encode()
pages[go + "v1.0.0.zip"] = zipped(module)
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = pages.get(self.path)
        self.send_response(404 if body is None else 200)
        body = body or b""
        self.send_header("content-type", "text/html" if self.path.startswith("/simple") else "application/json" if self.path == "/greeting" else "application/octet-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

package = tarred({"package/package.json": '{"name": "greeting", "version": "1.0.0"}', "package/index.js": "module.exports = 'hello'\n"})
pages["/greeting/-/greeting-1.0.0.tgz"] = package
dist = {"tarball": f"http://localhost:{server.server_port}/greeting/-/greeting-1.0.0.tgz", "integrity": "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()}
versions = {"1.0.0": {"name": "greeting", "version": "1.0.0", "dist": dist}}
pages["/greeting"] = json.dumps({"name": "greeting", "dist-tags": {"latest": "1.0.0"}, "versions": versions}).encode()

print(server.server_port, flush=True)
server.serve_forever()
"#;

struct Registry {
    process: Child,
    port: String,
}

impl Registry {
    fn start() -> Self {
        let mut process = Command::new("python3")
            .args(["-c", REGISTRY])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a registry");
        let mut port = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut port).expect("its port");
        Self { process, port: port.trim().to_owned() }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // One that has ended by itself is as gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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

/// A server whose packages another manager brings.
struct Project<'a> {
    files: &'a [(&'a str, &'a str)],
    build: &'a str,
    start: &'a str,
    /// By which host its registry is called: Go asks `localhost` without a proxy.
    host: &'a str,
    /// Which variable says where it is.
    variable: &'a str,
}

/// It is not built without a permitted host, is with one, and from then on without a registry.
fn its_packages_are_fetched_once(project: &Project<'_>) {
    let (course, cache, registry) =
        (Course::get_root(""), TempDir::new().expect("a folder"), Registry::start());
    let Project { build, start, .. } = project;
    let run = format!("build = \"{build}\"\nstart = \"{start}\"");
    course.write("work/gradus.toml", &format!("format = 1\nexercise = \"demo\"\n\n[run]\n{run}\n"));
    for (name, text) in project.files {
        course.write(&format!("work/{name}"), text);
    }
    let host = format!("{}:{}", project.host, registry.port);
    let check = |hosts: &[&str]| {
        let gradus = course.gradus(&[["--sandbox", "native"].as_slice(), hosts].concat());
        let gradus = gradus.env("XDG_CACHE_HOME", cache.path()).env("GOSUMDB", "off");
        gradus.env(project.variable, format!("http://{host}")).run()
    };
    check(&[]).code(1).says("for packages").says("--build-network HOST");
    check(&["--build-network", &host]).code(0);
    drop(registry);
    course.write("work/notes.txt", "changed\n");
    check(&[]).code(0);
}

#[test]
fn modules_of_go_are_fetched_once_where_go_is() {
    if !has("go") {
        return;
    }
    let sums = "greeting.test v1.0.0 h1:gzGJtKDCRps/T2PXCOE79pyTgrWQV9S6a/HRTWoHgRY=\n\
        greeting.test v1.0.0/go.mod h1:I0S7eHDijyM7/Caw3gN1orVR3TuTwtmouUVfn5TmjvA=\n";
    let main = "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n\n\t\"greeting.test\"\n)\n\n\
        func main() {\n\t\
            answer := func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(greeting.Text)) }\n\t\
            http.ListenAndServe(\"127.0.0.1:\"+os.Getenv(\"PORT\"), http.HandlerFunc(answer))\n}\n";
    its_packages_are_fetched_once(&Project {
        files: &[
            ("go.mod", "module demo\n\ngo 1.18\n\nrequire greeting.test v1.0.0\n"),
            ("go.sum", sums),
            ("main.go", main),
        ],
        build: "go build -o server .",
        start: "./server",
        host: "0.0.0.0",
        variable: "GOPROXY",
    });
}

#[test]
fn packages_of_npm_are_fetched_once_where_npm_is() {
    if !has("npm") {
        return;
    }
    let server = "const greeting = require('greeting');\n\
        require('http').createServer((_, answer) => answer.end(greeting)).listen(process.env.PORT, '127.0.0.1');\n";
    let manifest =
        "{ \"name\": \"demo\", \"version\": \"1.0.0\", \"dependencies\": { \"greeting\": \"1.0.0\" } }\n";
    its_packages_are_fetched_once(&Project {
        files: &[("package.json", manifest), ("server.js", server)],
        build: "npm install --ignore-scripts --no-fund",
        start: "node server.js",
        host: "localhost",
        variable: "npm_config_registry",
    });
}

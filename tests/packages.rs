//! Packages: a build in the sandbox has no network, fetches from permitted hosts only, and needs no network the second time.

use crate::support::course::{Course, http_server};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A registry of one package, `greeting`, whose `text` is "hello".
const REGISTRY: &str = r#"
import hashlib, http.server, io, zipfile
wheel = io.BytesIO()
with zipfile.ZipFile(wheel, "w") as archive:
    archive.writestr("greeting.py", "text = 'hello'\n")
    archive.writestr("greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    archive.writestr("greeting-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    archive.writestr("greeting-1.0.dist-info/RECORD", "greeting.py,,\ngreeting-1.0.dist-info/METADATA,,\ngreeting-1.0.dist-info/WHEEL,,\ngreeting-1.0.dist-info/RECORD,,\n")
bytes_ = wheel.getvalue()
name = "greeting-1.0-py3-none-any.whl"
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        page = f"<a href='/files/{name}#sha256={hashlib.sha256(bytes_).hexdigest()}'>{name}</a>".encode()
        body = bytes_ if self.path.endswith(".whl") else page
        self.send_response(200)
        self.send_header("content-type", "application/octet-stream" if body is bytes_ else "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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

"""A registry for each package manager, with one package, `greeting`, whose text is "hello". It prints its port, and the digest that
Cargo wants to know beforehand."""

import base64, functools, hashlib, http.server, io, json, os, shutil, subprocess, tarfile, tempfile, zipfile


def zipped(files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return whole.getvalue()


def tarred(files):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return whole.getvalue()


def pip(_):
    wheel = "greeting-1.0-py3-none-any.whl"
    about = "greeting-1.0.dist-info/"
    content = zipped({
        "greeting.py": "text = 'hello'\n",
        about + "METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
        about + "WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        about + "RECORD": f"greeting.py,,\n{about}METADATA,,\n{about}WHEEL,,\n{about}RECORD,,\n",
    })
    link = f"<a href='/files/{wheel}#sha256={hashlib.sha256(content).hexdigest()}'>{wheel}</a>"
    return {"/files/" + wheel: content, "/simple/greeting/": link.encode()}


def go(_):
    at, module = "/greeting.test/@v/v1.0.0", "greeting.test@v1.0.0/"
    manifest = "module greeting.test\n\ngo 1.18\n"
    return {
        at + ".info": b'{"Version": "v1.0.0", "Time": "2024-01-01T00:00:00Z"}',
        at + ".mod": manifest.encode(),
        at + ".zip": zipped({module + "go.mod": manifest, module + "greeting.go": "package greeting\n\nconst Text = \"hello\"\n"}),
    }


def npm(origin):
    package = tarred({
        "package/package.json": '{"name": "greeting", "version": "1.0.0"}',
        "package/index.js": "module.exports = 'hello'\n",
    })
    path = "/greeting/-/greeting-1.0.0.tgz"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()
    versions = {"1.0.0": {"name": "greeting", "version": "1.0.0", "dist": {"tarball": origin + path, "integrity": integrity}}}
    packument = {"name": "greeting", "dist-tags": {"latest": "1.0.0"}, "versions": versions}
    return {path: package, "/greeting": json.dumps(packument).encode()}


CRATE = tarred({
    "greeting-1.0.0/Cargo.toml": '[package]\nname = "greeting"\nversion = "1.0.0"\nedition = "2021"\n',
    "greeting-1.0.0/src/lib.rs": 'pub const TEXT: &str = "hello";\n',
})
DIGEST = hashlib.sha256(CRATE).hexdigest()


def cargo(origin):
    entry = {"name": "greeting", "vers": "1.0.0", "deps": [], "cksum": DIGEST, "features": {}, "yanked": False}
    return {
        "/index/config.json": json.dumps({"dl": origin + "/crates/{crate}-{version}"}).encode(),
        "/index/gr/ee/greeting": json.dumps(entry).encode() + b"\n",
        "/crates/greeting-1.0.0": CRATE,
    }


def pom(group, name, version, packaging):
    parts = {"modelVersion": "4.0.0", "groupId": group, "artifactId": name, "version": version, "packaging": packaging}
    return "<project>" + "".join(f"<{key}>{value}</{key}>" for key, value in parts.items()) + "</project>"


# What Maven asks the registry for by itself, as small as it can be: the plugin that fetches, and what each plugin is given.
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin"
MOJO = """
import java.nio.file.*;
public class Copies extends org.apache.maven.plugin.AbstractMojo {
    java.util.Set<org.apache.maven.artifact.Artifact> artifacts;
    java.io.File into;
    public void execute() throws org.apache.maven.plugin.MojoExecutionException {
        try {
            Files.createDirectories(into.toPath());
            for (org.apache.maven.artifact.Artifact one : artifacts) {
                Path from = one.getFile().toPath();
                Files.copy(from, into.toPath().resolve(from.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (java.io.IOException error) {
            throw new org.apache.maven.plugin.MojoExecutionException("no copy", error);
        }
    }
}
"""
DESCRIPTOR = """<plugin><name>x</name><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
<version>1</version><goalPrefix>dependency</goalPrefix><mojos>%s</mojos></plugin>"""
GOAL = """<mojo><goal>%s</goal><requiresDependencyResolution>test</requiresDependencyResolution><requiresProject>true</requiresProject>
<implementation>Copies</implementation><language>java</language><instantiationStrategy>per-lookup</instantiationStrategy>
<executionStrategy>once-per-session</executionStrategy><threadSafe>true</threadSafe><parameters>
<parameter><name>artifacts</name><type>java.util.Set</type><required>true</required><editable>false</editable></parameter>
<parameter><name>into</name><type>java.io.File</type><required>true</required><editable>false</editable></parameter></parameters>
<configuration><artifacts implementation="java.util.Set" default-value="${project.artifacts}"/>
<into implementation="java.io.File" default-value="${basedir}/lib"/></configuration></mojo>"""


@functools.cache
def plugin():
    """The plugin, compiled against the Maven of this machine."""
    maven = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("mvn"))))
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "Copies.java")
        with open(source, "w") as file:
            file.write(MOJO)
        subprocess.run(["javac", "-nowarn", "--release", "8", "-cp", maven + "/lib/*", source], check=True, stderr=subprocess.DEVNULL)
        with open(os.path.join(folder, "Copies.class"), "rb") as file:
            compiled = file.read()
    goals = GOAL % "go-offline" + GOAL % "copy-dependencies"
    return zipped({"Copies.class": compiled, "META-INF/maven/plugin.xml": DESCRIPTOR % goals})


def maven(_):
    greeting = zipped({"greeting.txt": "hello"})
    found = {}
    for name, version, packaging, jar in [
        ("test:greeting", "1.0", "jar", greeting),
        ("org.codehaus.plexus:plexus-utils", "1.1", "jar", zipped({})),
        (PLUGIN, "1", "maven-plugin", plugin),
    ]:
        group, name = name.split(":")
        at = f"/maven/{group.replace('.', '/')}/{name}/{version}/{name}-{version}"
        found[at + ".pom"] = pom(group, name, version, packaging).encode()
        found[at + ".jar"] = jar
    return found


pages = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = pages.get(self.path)
        body = body() if callable(body) else body
        kind = {"/simple/greeting/": "text/html", "/greeting": "application/json"}.get(self.path, "application/octet-stream")
        self.send_response(404 if body is None else 200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
for registry in (pip, go, npm, cargo, maven):
    pages.update(registry(f"http://localhost:{server.server_port}"))
print(server.server_port, DIGEST, flush=True)
server.serve_forever()

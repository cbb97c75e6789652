//! What the files of an ecosystem tell about how a program builds and starts.

use super::Plan;
use gradus_model::submission::CommandLine;
use std::fs;
use std::path::Path;

/// For the message when nothing was found.
pub const LOOKED_FOR: &str = "gradus.toml, Procfile, package.json, Python (app.py, main.py, server.py, manage.py), Cargo.toml, go.mod, pom.xml, Java (Main.java, Server.java), PHP (composer.json, index.php), Ruby (config.ru, app.rb), .NET (*.csproj), JavaScript (server.js, index.js, app.js), WebAssembly (one *.wasm), Makefile";

/// What the files tell, by the first ecosystem that is recognised.
pub fn detect(dir: &Path) -> Option<Plan> {
    /// What recognises an ecosystem, and the language that is its own.
    type Ecosystem = (fn(&Path) -> Option<Plan>, Option<&'static str>);
    const ECOSYSTEMS: [Ecosystem; 12] = [
        (node, Some("javascript")),
        (rust, Some("rust")),
        (go, Some("go")),
        (maven, Some("java")),
        (python, Some("python")),
        (php, Some("php")),
        (ruby, Some("ruby")),
        (dotnet, Some("csharp")),
        (java, Some("java")),
        (script, Some("javascript")),
        (wasm, None),
        (makefile, None),
    ];
    ECOSYSTEMS.into_iter().find_map(|(plan, language)| Some(Plan { language, ..plan(dir)? }))
}

fn plan(build: Option<&str>, start: String, found: impl Into<String>) -> Plan {
    Plan {
        build: build.map(|line| CommandLine::Shell(line.to_owned())),
        start: Some(CommandLine::Shell(start)),
        found: vec![found.into()],
        ..Plan::default()
    }
}

fn has(dir: &Path, file: &str) -> bool {
    dir.join(file).is_file()
}

fn text(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).unwrap_or_default()
}

fn first<'f>(dir: &Path, files: &[&'f str]) -> Option<&'f str> {
    files.iter().copied().find(|file| has(dir, file))
}

fn node(dir: &Path) -> Option<Plan> {
    if !has(dir, "package.json") {
        return None;
    }
    let package = text(dir, "package.json");
    let install = if has(dir, "package-lock.json") { "npm ci" } else { "npm install" };
    let builds = script_of(&package, "build").is_some();
    let needs = ["\"dependencies\"", "\"devDependencies\""].iter().any(|key| package.contains(key));
    let build = match (needs, builds) {
        (true, true) => Some(format!("{install} && npm run build")),
        (true, false) => Some(install.to_owned()),
        (false, true) => Some("npm run build".to_owned()),
        (false, false) => None,
    };
    let (start, why) = match (script_of(&package, "start"), string_at(&package, "main")) {
        (Some(_), _) => ("npm start --silent".to_owned(), "package.json has scripts.start".to_owned()),
        (None, Some(main)) => (format!("node {main}"), format!("package.json has main: {main}")),
        (None, None) => {
            let file = first(dir, &["server.js", "index.js", "app.js"])?;
            (format!("node {file}"), format!("package.json and {file} are there"))
        }
    };
    Some(plan(build.as_deref(), start, why))
}

/// A script of package.json, if there is such a one.
pub fn script_named(dir: &Path, name: &str) -> Option<String> {
    script_of(&text(dir, "package.json"), name)
}

/// The text at a key of `scripts`. A package.json that is not JSON tells nothing, and npm says why.
fn script_of(package: &str, key: &str) -> Option<String> {
    let scripts = package.split_once("\"scripts\"")?.1.split_once('{')?.1.split_once('}')?.0;
    string_at(scripts, key)
}

fn string_at(json: &str, key: &str) -> Option<String> {
    let rest = json.split_once(&format!("\"{key}\""))?.1.trim_start().strip_prefix(':')?.trim_start();
    Some(rest.strip_prefix('"')?.split_once('"')?.0.to_owned())
}

fn python(dir: &Path) -> Option<Plan> {
    let wanted = format!("{}{}", text(dir, "requirements.txt"), text(dir, "pyproject.toml")).to_lowercase();
    let build = has(dir, "requirements.txt")
        .then_some("python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt");
    let python = if build.is_some() { ".venv/bin/python" } else { "python3" };
    if has(dir, "manage.py") {
        let start = format!("{python} manage.py runserver --noreload \"$HOST:$PORT\"");
        return Some(plan(build, start, "manage.py is there: Django"));
    }
    let file = first(dir, &["app.py", "main.py", "server.py"])?;
    let module = file.trim_end_matches(".py");
    let (start, why) = if wanted.contains("fastapi") || wanted.contains("uvicorn") {
        (
            format!("{python} -m uvicorn {module}:app --host \"$HOST\" --port \"$PORT\""),
            format!("{file} and FastAPI are there"),
        )
    } else if wanted.contains("flask") && !text(dir, file).contains("__main__") {
        (
            format!("{python} -m flask --app {module} run --host \"$HOST\" --port \"$PORT\""),
            format!("{file} and Flask are there"),
        )
    } else {
        (format!("{python} -u {file}"), format!("{file} is there"))
    };
    Some(plan(build, start, why))
}

fn rust(dir: &Path) -> Option<Plan> {
    if !has(dir, "Cargo.toml") {
        return None;
    }
    let manifest: toml::Table = text(dir, "Cargo.toml").parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
    let bin = manifest
        .get("bin")
        .and_then(|bins| bins.get(0)?.get("name")?.as_str().map(str::to_owned))
        .unwrap_or(name);
    Some(plan(Some("cargo build --release"), format!("./target/release/{bin}"), "Cargo.toml is there"))
}

fn go(dir: &Path) -> Option<Plan> {
    has(dir, "go.mod")
        .then(|| plan(Some("go build -o bin/server ."), "./bin/server".into(), "go.mod is there"))
}

fn maven(dir: &Path) -> Option<Plan> {
    has(dir, "pom.xml").then(|| {
        plan(Some("mvn -q -B package -DskipTests"), "java -jar target/*.jar".into(), "pom.xml is there")
    })
}

fn java(dir: &Path) -> Option<Plan> {
    let file = first(dir, &["Main.java", "Server.java", "App.java"])?;
    let class = file.trim_end_matches(".java");
    Some(plan(Some("javac -d out *.java"), format!("java -cp out {class}"), format!("{file} is there")))
}

fn php(dir: &Path) -> Option<Plan> {
    let build = has(dir, "composer.json").then_some("composer install --no-interaction --quiet");
    let root = if has(dir, "public/index.php") { "public" } else { "." };
    let index = if root == "public" { "public/index.php" } else { "index.php" };
    has(dir, index).then(|| {
        plan(build, format!("php -S \"$HOST:$PORT\" -t {root} {index}"), format!("{index} is there"))
    })
}

fn ruby(dir: &Path) -> Option<Plan> {
    let build = has(dir, "Gemfile").then_some("bundle install --quiet");
    if has(dir, "config.ru") {
        return Some(plan(build, "rackup --host \"$HOST\" --port \"$PORT\"".into(), "config.ru is there"));
    }
    has(dir, "app.rb").then(|| plan(build, "ruby app.rb".into(), "app.rb is there"))
}

fn dotnet(dir: &Path) -> Option<Plan> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    let project = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .find(|name| name.ends_with(".csproj"))?;
    let name = project.trim_end_matches(".csproj");
    Some(plan(
        Some("dotnet build -c Release -o out"),
        format!("dotnet out/{name}.dll --urls \"http://$HOST:$PORT\""),
        format!("{project} is there"),
    ))
}

fn script(dir: &Path) -> Option<Plan> {
    let file = first(dir, &["server.js", "index.js", "app.js", "server.mjs", "index.mjs"])?;
    Some(plan(None, format!("node {file}"), format!("{file} is there")))
}

fn wasm(dir: &Path) -> Option<Plan> {
    let names = fs::read_dir(dir).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut programs: Vec<String> = names.filter(|name| name.ends_with(".wasm")).collect();
    // Of several, nothing tells which is meant.
    let program = programs.pop().filter(|_| programs.is_empty())?;
    let found = format!("{program} is there: WebAssembly");
    Some(Plan { start: Some(CommandLine::Argv(vec![program])), ..plan(None, String::new(), found) })
}

fn makefile(dir: &Path) -> Option<Plan> {
    let text = text(dir, "Makefile");
    let target = |name: &str| text.lines().any(|line| line.starts_with(&format!("{name}:")));
    let build = if target("build") { Some("make build") } else { target("all").then_some("make all") };
    target("run").then(|| plan(build, "make --silent run".into(), "Makefile has a target `run`"))
}

//! Runs the steps of a composite action as GitHub's runner does, as far as ours goes: inputs, outputs, conditions, the files that
//! steps write to. Actions of others are noted and not run.

use super::gradus::repository;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout with a job in it.
pub struct Job {
    workspace: PathBuf,
    temp: tempfile::TempDir,
    inputs: BTreeMap<String, String>,
    environment: Vec<(String, String)>,
}

/// What came of a job.
pub struct Done {
    pub failed: bool,
    /// What steps printed.
    pub log: String,
    pub summary: String,
    /// The action's outputs.
    pub outputs: BTreeMap<String, String>,
    /// Actions of others that would have run, with what they were given.
    pub used: Vec<(String, BTreeMap<String, String>)>,
    /// The runner's own folder.
    pub temp: tempfile::TempDir,
}

#[derive(Default)]
struct Ran {
    failed: bool,
    log: String,
    summary: String,
    used: Vec<(String, BTreeMap<String, String>)>,
}

/// A file of YAML, a value for each document.
pub fn yaml(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("a file");
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Job {
    pub fn new(workspace: &Path) -> Self {
        let temp = tempfile::tempdir().expect("a folder");
        Self { workspace: workspace.to_owned(), temp, inputs: BTreeMap::new(), environment: Vec::new() }
    }

    /// `with:`
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.inputs.insert(name.to_owned(), value.into());
        self
    }

    /// A variable of the job.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs all steps of this repository's action.
    pub fn run(mut self) -> Done {
        let action = yaml(&repository().join("action.yml")).remove(0);
        for (name, input) in action["inputs"].as_object().expect("inputs") {
            let given = self.inputs.contains_key(name);
            assert!(given || input["required"] != true, "{name} is required");
            if let (false, Some(default)) = (given, input["default"].as_str()) {
                self.inputs.insert(name.clone(), default.to_owned());
            }
        }
        let mut done = Ran::default();
        let mut outputs: BTreeMap<String, String> = BTreeMap::new();
        for step in action["runs"]["steps"].as_array().expect("steps") {
            if !self.condition(step["if"].as_str(), done.failed) {
                continue;
            }
            let fields = |key: &str| -> BTreeMap<String, String> {
                let fields = step[key].as_object().into_iter().flatten();
                fields.map(|(name, value)| (name.clone(), self.filled(&text(value), &outputs))).collect()
            };
            match step["uses"].as_str() {
                Some(uses) => done.used.push((uses.to_owned(), fields("with"))),
                None => {
                    assert_eq!(step["shell"], "bash", "a composite step names its shell");
                    let script = self.filled(step["run"].as_str().expect("a script"), &outputs);
                    self.step(&script, fields("env"), step["id"].as_str(), &mut outputs, &mut done);
                }
            }
        }
        let named = action["outputs"].as_object().expect("outputs").iter();
        let outputs = named
            .map(|(name, output)| {
                (name.clone(), self.filled(output["value"].as_str().expect("a value"), &outputs))
            })
            .collect();
        let Ran { failed, log, summary, used } = done;
        Done { failed, log, summary, outputs, used, temp: self.temp }
    }

    fn step(
        &self,
        script: &str,
        env: BTreeMap<String, String>,
        id: Option<&str>,
        outputs: &mut BTreeMap<String, String>,
        done: &mut Ran,
    ) {
        let [file, output, summary] = ["script", "output", "summary"].map(|name| self.temp.path().join(name));
        std::fs::write(&file, script).expect("a script");
        std::fs::write(&output, "").expect("a file");
        std::fs::write(&summary, "").expect("a file");
        let ran = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&file)
            .current_dir(&self.workspace)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs([("GITHUB_ACTIONS", "true"), ("GITHUB_TOKEN", "a-secret-of-the-job")])
            .envs([("GITHUB_OUTPUT", &output), ("GITHUB_STEP_SUMMARY", &summary)])
            .envs([("GITHUB_WORKSPACE", self.workspace.as_path()), ("RUNNER_TEMP", self.temp.path())])
            .env("XDG_CACHE_HOME", self.temp.path().join("cache"))
            .envs(env)
            .output()
            .expect("bash runs");
        done.log.push_str(&String::from_utf8_lossy(&ran.stdout));
        done.log.push_str(&String::from_utf8_lossy(&ran.stderr));
        done.summary.push_str(&std::fs::read_to_string(&summary).expect("a summary"));
        done.failed |= !ran.status.success();
        let written = std::fs::read_to_string(&output).expect("outputs");
        for line in written.lines() {
            let (name, value) = line.split_once('=').expect("name=value");
            outputs.insert(format!("{}.{name}", id.unwrap_or_default()), value.to_owned());
        }
    }

    /// The conditions that our action has: none, and `always()` with an input that is not empty.
    fn condition(&self, condition: Option<&str>, failed: bool) -> bool {
        let Some(condition) = condition else { return !failed };
        let input =
            condition.strip_prefix("always() && inputs.").and_then(|rest| rest.strip_suffix(" != ''"));
        !self.inputs[input.unwrap_or_else(|| panic!("a condition of another kind: {condition}"))].is_empty()
    }

    /// Text with its expressions filled in.
    fn filled(&self, text: &str, outputs: &BTreeMap<String, String>) -> String {
        let mut parts = text.split("${{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").expect("an end of the expression");
            let expression = expression.trim();
            let value = match expression.split_once('.') {
                Some(("inputs", name)) => {
                    self.inputs.get(name).unwrap_or_else(|| panic!("no input {name}")).clone()
                }
                Some(("runner", "temp")) => self.temp.path().display().to_string(),
                Some(("github", "action_path")) => repository().display().to_string(),
                Some(("steps", output)) => {
                    outputs.get(&output.replace(".outputs", "")).cloned().unwrap_or_default()
                }
                _ => panic!("an expression of another kind: {expression}"),
            };
            filled.push_str(&value);
            filled.push_str(rest);
        }
        filled
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

//! What is loaded, and what is refused before it runs.

use gradus_wasm::{Engine, NotLoaded, Program, Runners};

fn refused(bytes: &[u8]) -> NotLoaded {
    Program::load(&Engine::new().unwrap(), bytes).expect_err("it should be refused")
}

#[test]
fn what_is_no_webassembly_is_refused() {
    assert_eq!(refused(b"#!/bin/sh"), NotLoaded::NotWasm);
    assert_eq!(refused(b""), NotLoaded::NotWasm);
}

#[test]
fn truncated_and_broken_modules_are_refused() {
    let whole = wat::parse_str(crate::support::guest("(nop)", "")).unwrap();
    for length in [9, 40, whole.len() / 2, whole.len() - 1] {
        let error = refused(&whole[..length]);
        assert!(matches!(error, NotLoaded::Invalid(_) | NotLoaded::NoStart), "{length}: {error}");
    }
    let mut broken = whole.clone();
    for byte in broken.iter_mut().skip(8) {
        *byte = 0xff;
    }
    assert!(matches!(refused(&broken), NotLoaded::Invalid(_)));
}

#[test]
fn a_library_and_unknown_imports_are_refused_by_name() {
    assert_eq!(refused(&wat::parse_str("(module)").unwrap()), NotLoaded::NoStart);
    let stray = r#"(module (import "env" "launch_rockets" (func)) (func (export "_start")))"#;
    let NotLoaded::Import(what) = refused(&wat::parse_str(stray).unwrap()) else { panic!("another reason") };
    assert!(what.contains("launch_rockets"), "{what}");
}

#[test]
fn a_component_of_another_world_is_refused_with_what_it_exports() {
    let other = r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
      (func $f (canon lift (core func $i "f"))) (export "fly-to-the-moon" (func $f)))"#;
    let NotLoaded::WrongWorld(what) = refused(&wat::parse_str(other).unwrap()) else {
        panic!("another reason")
    };
    assert_eq!(what, "`fly-to-the-moon`");
}

#[test]
fn machine_code_from_elsewhere_is_refused() {
    let module = wat::parse_str(crate::support::guest("(nop)", "")).unwrap();
    let compiled = wasmtime::Engine::default().precompile_module(&module).unwrap();
    assert_eq!(refused(&compiled), NotLoaded::Precompiled);
}

#[test]
fn a_runner_is_installed_only_if_it_is_known_or_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("python.wasm");
    std::fs::write(&from, wat::parse_str("(component)").unwrap()).unwrap();
    let runners = Runners::new(folder.path().join("runners"));
    let engine = Engine::new().unwrap();
    let error = runners.install(&engine, &from, false).unwrap_err().to_string();
    assert!(error.contains("none of the runners"), "{error}");
    assert_eq!(runners.installed(gradus_wasm::Language::Python), None);
    let installed = runners.install(&engine, &from, true).unwrap();
    assert!(!installed[0].is_released);
    assert_eq!(runners.installed(gradus_wasm::Language::Python).as_ref(), installed.first());
    // It is a component, and no runner.
    assert!(matches!(
        runners.load(&engine, gradus_wasm::Language::Python, "app.py"),
        Err(NotLoaded::NoRunner(_))
    ));
}

#[test]
fn runners_come_alone_in_archives_and_in_folders_and_anything_else_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let component = wat::parse_str("(component)").unwrap();
    let runners = Runners::new(folder.path().join("runners"));
    let engine = Engine::new().unwrap();
    let install = |name: &str, bytes: &[u8]| {
        let from = folder.path().join(name);
        std::fs::write(&from, bytes).unwrap();
        let done = runners.install(&engine, &from, true).map_err(|error| error.to_string())?;
        Ok::<_, String>(done.into_iter().map(|one| one.language.to_string()).collect::<Vec<_>>())
    };
    let archive = |names: &[&str]| {
        let mut archive = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_ustar();
            header.set_size(component.len() as u64);
            archive.append_data(&mut header, name, component.as_slice()).unwrap();
        }
        archive.into_inner().unwrap()
    };
    let both = archive(&["runners/javascript.wasm", "runners/python.wasm", "runners/notes.txt"]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &both).unwrap();
    assert_eq!(install("runners.tar", &both).unwrap(), ["javascript", "python"]);
    assert_eq!(install("runners.tar.gz", &gzip.finish().unwrap()).unwrap(), ["javascript", "python"]);
    assert_eq!(install("python.wasm", &component).unwrap(), ["python"]);
    for (name, bytes, says) in [
        ("runner.wasm", component.as_slice(), "call it python.wasm or javascript.wasm"),
        ("none.tar", &archive(&["runner.wasm"]), "holds neither python.wasm nor javascript.wasm"),
        (
            "notes.txt",
            b"import flask\n",
            "is no runner (.wasm), no archive of some (.tar or .tar.gz) and no folder",
        ),
        ("broken.tar.gz", &[0x1f, 0x8b, 8, 0, 1], "broken.tar.gz"),
    ] {
        let said = install(name, bytes).unwrap_err();
        assert!(said.contains(name) && said.contains(says), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn compiled_code_that_others_may_have_written_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("python.wasm");
    std::fs::write(&from, wat::parse_str("(component)").unwrap()).unwrap();
    let place = folder.path().join("runners");
    let (engine, runners) = (Engine::new().unwrap(), Runners::new(place.clone()));
    runners.install(&engine, &from, true).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
    let error = runners.load(&engine, gradus_wasm::Language::Python, "app.py").unwrap_err().to_string();
    assert!(error.contains("written by others"), "{error}");
}

/// A module of one function with this body, as bytes.
fn of_body(body: &[u8]) -> Vec<u8> {
    let leb = |mut number: usize| {
        let mut bytes = Vec::new();
        while number >= 128 {
            bytes.push((number & 127) as u8 | 128);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    let section = |id: u8, content: &[u8]| [&[id], &leb(content.len())[..], content].concat();
    let code = [&[1], &leb(body.len())[..], body].concat();
    let start = b"\x01\x06_start\0\0";
    [
        b"\0asm\x01\0\0\0",
        &section(1, &[1, 0x60, 0, 0])[..],
        &section(3, &[1, 0]),
        &section(7, start),
        &section(10, &code),
    ]
    .concat()
}

#[test]
fn hostile_modules_are_refused_or_loaded_and_never_our_end() {
    let engine = Engine::new().unwrap();
    assert!(Program::load(&engine, &of_body(&[0, 0x0b])).is_ok());
    // Four billion locals.
    let locals = [1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b];
    assert!(matches!(refused(&of_body(&locals)), NotLoaded::Invalid(_)));
    // A section that is longer than the file.
    let long = [b"\0asm\x01\0\0\0".as_slice(), &[1, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
    assert!(matches!(refused(&long), NotLoaded::Invalid(_)));
    // Blocks within blocks, and components within components.
    let deep = 50_000;
    let blocks = [&[0], [2, 0x40].repeat(deep).as_slice(), &[0x0b].repeat(deep + 1)].concat();
    drop(Program::load(&engine, &of_body(&blocks)));
    let component = (0..200).fold(b"\0asm\r\0\x01\0".to_vec(), |inner, _| {
        let length = inner.len();
        let leb = [length as u8 & 127 | 128, (length >> 7) as u8];
        [b"\0asm\r\0\x01\0\x04", leb.as_slice(), &inner].concat()
    });
    assert!(matches!(refused(&component), NotLoaded::Invalid(_) | NotLoaded::WrongWorld(_)));
    // As many tables as an instance may have, and a thousand more.
    let tables = format!("(module {} (func (export \"_start\")))", "(table 1 funcref)".repeat(1100));
    assert!(matches!(refused(&wat::parse_str(tables).unwrap()), NotLoaded::Invalid(_)));
    let mut large = of_body(&[0, 0x0b]);
    large.resize((64 << 20) + 1, 0);
    assert_eq!(refused(&large), NotLoaded::TooLarge((64 << 20) + 1));
}

//! Puts the policies of `policies/` and the scenarios of `scenarios/` into the binary, so that the demo runs from any folder.
//! Names none of them.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let code = list("POLICIES", "policies")? + &list("SCENARIOS", "scenarios")?;
    let out = told("OUT_DIR")?;
    fs::write(Path::new(&out).join("policies.rs"), code)
}

/// A constant with the folders of a folder, and the names and texts of their files.
fn list(constant: &str, folder: &str) -> io::Result<String> {
    let root = Path::new(&told("CARGO_MANIFEST_DIR")?)
        .join("../..")
        .join(folder);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = format!("pub(crate) const {constant}: &[(&str, &[(&str, &str)])] = &[\n");
    for folder in sorted(&root)?.iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        println!("cargo::rerun-if-changed={}", folder.display());
        code.push_str(&format!("    ({name:?}, &[\n"));
        for file in sorted(folder)?
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "kdl"))
        {
            let file_name = file.file_name().unwrap_or_default().to_string_lossy();
            let file = fs::canonicalize(file)?;
            code.push_str(&format!(
                "        ({file_name:?}, include_str!({file:?})),\n"
            ));
        }
        code.push_str("    ]),\n");
    }
    code.push_str("];\n");
    Ok(code)
}

/// What cargo tells the script at each run: a checkout may have moved since the script was built.
fn told(name: &str) -> io::Result<std::ffi::OsString> {
    env::var_os(name).ok_or_else(|| io::Error::other(format!("cargo gives no {name}")))
}

fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

use crate::{import::real, support::process::Site};

#[test]
fn an_import_that_is_killed_goes_on_where_it_stopped() {
    let Some(folder) = real("stackexchange-bicycles-meta") else { return };
    let folder = folder.to_string_lossy().into_owned();
    let site = Site::new();
    let import = ["import", "stackexchange", folder.as_str()];
    for stage in ["answers:", "votes:", "events:"] {
        site.run_until(&import, stage);
    }
    let ended = site.run(&import);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    site.verify();
    let again = site.run(&import);
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(said.lines().filter(|line| line.contains("imported")).all(|line| line.ends_with(" 0 imported")), "{said}");
}

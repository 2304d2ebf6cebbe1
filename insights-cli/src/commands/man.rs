//! `insights man`: manual pages, made of what `--help` prints.

use std::{fs, io, io::Write, path::Path};

use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::{
    Man as Generator,
    roff::{Roff, bold, roman},
};

use crate::{
    args::{Args, Man},
    exit::{Exit, UsageError},
    nearest::suggestion,
    output::{self, OutputFile},
};

pub(super) fn run(args: &Man) -> anyhow::Result<Exit> {
    let pages = Pages::new();
    if let Some(folder) = &args.output {
        pages.write(folder)?;
        return Ok(Exit::Done);
    }
    let command = match &args.command {
        Some(name) => pages.find(name)?,
        None => &pages.program,
    };
    let mut out = output::sink(None)?;
    let context = "cannot write the manual page";
    out.write_all(&pages.render(command).context(context)?).context(context)?;
    out.finish().context(context)?;
    Ok(Exit::Done)
}

/// The manual: a page of the program and one of each subcommand.
struct Pages {
    program: Command,
    source: String,
}

impl Pages {
    fn new() -> Self {
        let mut program = Args::command().disable_help_subcommand(true);
        // Only now subcommands have the options of all and know their full names.
        program.build();
        let source = program.render_version().trim_end().to_owned();
        Self { program, source }
    }

    fn find(&self, name: &str) -> Result<&Command, UsageError> {
        let names = || self.program.get_subcommands().map(Command::get_name);
        self.program.find_subcommand(name).ok_or_else(|| {
            let near = suggestion(name, names());
            UsageError(format!("there is no command {name:?}{near}"))
        })
    }

    /// Writes all pages into a folder, each under the name by which `man` finds it.
    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("cannot write {}", folder.display()))?;
        for command in [&self.program].into_iter().chain(self.program.get_subcommands()) {
            let path = folder.join(Generator::new(command.clone()).get_filename());
            let mut file = OutputFile::create(&path)?;
            self.render(command)
                .and_then(|page| file.write_all(&page))
                .and_then(|()| file.finish())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    fn render(&self, command: &Command) -> io::Result<Vec<u8>> {
        // An empty date would be left out, and what follows taken for it. There is none to tell:
        // that of the build would make pages of the same version differ.
        let page = Generator::new(command.clone())
            .date(" ")
            .source(&self.source)
            .manual("Manual of insights");
        let mut text = Vec::new();
        page.render_title(&mut text)?;
        page.render_name_section(&mut text)?;
        page.render_synopsis_section(&mut text)?;
        page.render_description_section(&mut text)?;
        if command.has_subcommands() {
            page.render_subcommands_section(&mut text)?;
        }
        page.render_options_section(&mut text)?;
        let mut end = Roff::new();
        if let Some(examples) = command.get_after_long_help().or(command.get_after_help()) {
            sections(&examples.to_string(), &mut end);
        }
        if !command.has_subcommands() {
            end.control("SH", ["SEE ALSO"]);
            end.text([bold(self.program.get_name()), roman("(1)")]);
        }
        end.to_writer(&mut text)?;
        Ok(text)
    }
}

/// Adds a text whose lines without indentation are headings and whose others stay as they are.
fn sections(text: &str, roff: &mut Roff) {
    let mut open = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        if line.starts_with(' ') {
            roff.text([roman(line)]);
            continue;
        }
        if open {
            roff.control("fi", []);
        }
        roff.control("SH", [line.trim_end_matches(':').to_uppercase().as_str()]);
        roff.control("nf", []);
        open = true;
    }
    if open {
        roff.control("fi", []);
    }
}

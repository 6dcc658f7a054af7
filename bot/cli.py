"""The ``wise`` command. Each command is a few lines; the work is in the packages."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.settings import PROJECT, get_settings

if TYPE_CHECKING:
    from bot.conversations.assistant import Assistant
    from bot.directory.importer import ImportReport

app = typer.Typer(
    help="WISE Companion: self-care support that starts from the people around you.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
directory_app = typer.Typer(help="Community resources.", no_args_is_help=True)
staff_app = typer.Typer(help="Accounts for the staff console.", no_args_is_help=True)
retention_app = typer.Typer(help="How long things are kept.", no_args_is_help=True)
dialogue_app = typer.Typer(help="Scripted dialogues.", no_args_is_help=True)
app.add_typer(directory_app, name="directory")
app.add_typer(staff_app, name="staff")
app.add_typer(dialogue_app, name="dialogue")
app.add_typer(retention_app, name="retention")

out = Console()
err = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def fail(message: str, code: int = 1) -> typer.Exit:
    """Say what went wrong on standard error; raise what is returned."""
    err.print("[red]✗[/red]", end=" ")
    err.print(message, highlight=False, markup=False, soft_wrap=True)
    return typer.Exit(code)


def show(line: str) -> None:
    """Print a line on standard output as it is: not cut, and no part of it taken for a colour."""
    out.print(line, highlight=False, markup=False, soft_wrap=True)


def as_json(data: Any) -> None:
    """Print JSON on standard output, whole and unwrapped."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train although nothing has changed.")] = False,
    json_: JsonOption = False,
) -> None:
    """Train the model, if anything that it learns from has changed."""
    from bot.training import is_trained

    known = is_trained() and not force
    model = _model_ready(force=force)
    if json_:
        as_json({"model": str(model), "trained": not known})
    else:
        show(f"Model: {model}" + (" (already trained)" if known else ""))


def _model_ready(*, force: bool = False) -> Path:
    """The models, trained while somebody can see that they are, where anything has changed."""
    from bot.training import TrainingFailed, is_trained
    from bot.training import train as train_model

    known = is_trained() and not force
    if not known:
        err.print("Training the models; this takes minutes, once after a change.")
    try:
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err
        ) as progress:
            progress.add_task("Models" if known else "Training the models")
            return train_model(force=force)
    except TrainingFailed as error:
        raise fail(str(error)) from error


def _only_the_command_is_heard() -> None:
    """Keep what Rasa and its libraries print off the terminal, before Rasa is imported.

    Nothing is trained in such a process, so that TensorFlow is left out.
    """
    from bot.conversations.without_tensorflow import leave_out_tensorflow

    leave_out_tensorflow()
    import sanic.app  # noqa: F401 - switches all warnings on when it is imported

    for category in (DeprecationWarning, UserWarning):
        warnings.simplefilter("ignore", category)
    # Rasa would send its log to the standard output, among the JSON.
    logging.basicConfig(format="%(message)s", level=logging.WARNING)


def prepare() -> None:
    """Everything before the servers: the model, the tables, the sample directory."""
    from bot.directory.sample import load_on_first_use
    from bot.store.migrate import upgrade

    train()
    upgrade()
    loaded = load_on_first_use()
    if loaded:
        show(f"Loaded the sample directory: {loaded} services.")


@app.command()
def run() -> None:
    """Start everything on this machine, and again what ends by itself; Ctrl-C stops it."""
    from bot.run import StartFailed, running

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    settings = get_settings()
    prepare()
    stop = threading.Event()
    # SIGHUP: the terminal was closed.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        with (
            Progress(
                SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err
            ) as progress,
            running(settings) as servers,
        ):
            progress.stop()
            show(f"\nChat page   {servers.web_url}")
            show(f"Console     {servers.web_url}staff")
            show(f"Health      {servers.web_url}readyz")
            telegram = "on" if settings.telegram_bot_token else "off (set TELEGRAM_BOT_TOKEN)"
            show(f"Telegram    {telegram}")
            show(f"Logs        {servers.log_of('web').parent}")
            out.print("\nCtrl-C stops everything.")
            while not stop.wait(1.0):
                servers.tend()
            out.print("Stopping.")
    except StartFailed as error:
        raise fail(str(error)) from error


@app.command()
def doctor(json_: JsonOption = False) -> None:
    """Say what is missing or wrong, in words a newcomer understands."""
    from bot.doctor import examine

    findings = examine(get_settings())
    if json_:
        as_json([vars(f) for f in findings])
    else:
        for finding in findings:
            mark = {"ok": "[green]✓[/green]", "note": "[yellow]•[/yellow]"}.get(
                finding.state, "[red]✗[/red]"
            )
            out.print(mark, end=" ")
            show(finding.what)
            if finding.mend:
                show(f"    {finding.mend}")
    if any(f.state == "wrong" for f in findings):
        raise typer.Exit(1)


@app.command()
def understand(
    jsonl: Annotated[
        bool, typer.Option(help='Read {"text": …} a line instead of a text a line.')
    ] = False,
) -> None:
    """Read messages from standard input; print what the bot makes of each, as JSON."""
    _only_the_command_is_heard()
    from bot.nlu.understand import understand as make_sense

    def texts() -> Any:
        for number, line in enumerate(sys.stdin, 1):
            line = line.rstrip("\n")
            if not jsonl:
                yield line
                continue
            try:
                yield str(json.loads(line)["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise fail(f'line {number}: an object with "text" is needed', 2) from error

    model = _model_ready()
    for result in make_sense(texts(), model):
        as_json(result)
        sys.stdout.flush()


@directory_app.command("import")
def directory_import(
    source: Annotated[str, typer.Argument(help="A file, folder, ZIP or URL.")],
    feed: Annotated[str | None, typer.Option(help="Name of the feed.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the data.")] = None,
    attribution: Annotated[str | None, typer.Option(help="Words to credit the source.")] = None,
    json_: JsonOption = False,
) -> None:
    """Load services from an Open Referral source; its dialect is found by looking."""
    from bot.directory import sample
    from bot.directory.importer import UnreadableSource, import_source
    from bot.store.migrate import upgrade

    upgrade()
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err
    ) as progress:
        task = progress.add_task("Reading")

        def reading(so_far: ImportReport) -> None:
            progress.update(task, description=_so_far(so_far))

        try:
            report = import_source(
                source, feed=feed, licence=licence, attribution=attribution, progress=reading
            )
        except UnreadableSource as error:
            raise fail(str(error), 2) from error
    usable = report.added + report.changed + report.unchanged
    if report.read and not usable:
        if json_:
            as_json(report.as_dict())
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in report.reasons.most_common())
        raise fail(f"{source}: of {report.read:,} records none could be used ({reasons})", 2)
    if report.feed != sample.FEED and sample.retire():
        err.print("The made-up sample directory is no longer shown, as there is a real one now.")
    if json_:
        as_json(report.as_dict())
    else:
        _show_import(report)
    if report.stopped_at is not None:
        again = "Import it again later" + (": it goes on from there." if report.resume_at else ".")
        raise fail(f"{source}: {report.lacking}. {again}", 1)


def _show_import(report: ImportReport) -> None:
    if report.resumed_at is not None:
        show(f"Went on at page {report.resumed_at:,}, where the last import stopped.")
    for name in ("read", "added", "changed", "unchanged", "closed"):
        show(f"{name:<12}{getattr(report, name):>8,}")
    show(f"{'quarantined':<12}{report.quarantined_count:>8,}")
    for title, counts in (
        ("not used", report.reasons),
        ("passed over", report.passed_over),
        ("mended or doubted", report.repairs),
    ):
        for reason, count in counts.most_common():
            show(f"  {title}: {reason} {count:,}")
    if report.lacking:
        show(f"Not all of the feed was read, so nothing was closed: {report.lacking}.")


def _so_far(report: ImportReport) -> str:
    of = f" of {report.expected:,}" if report.expected is not None else ""
    words = f"Read {report.read:,}{of} records, {report.rate:,.0f} a second"
    left = report.seconds_left
    return words if left is None else f"{words}, about {timedelta(seconds=round(left))} left"


@directory_app.command("report")
def directory_report(
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    to: Annotated[Path, typer.Option(help="The page to write.")] = Path("directory-report.html"),
    json_: JsonOption = False,
) -> None:
    """Write what a directory's owner can mend, as a page."""
    from bot.directory import report
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade

    upgrade()
    with unit_of_work() as session:
        found = report.findings(session, feed)
    if feed is not None and not found:
        raise fail(f"there is no feed {feed!r}", 2)
    if json_:
        as_json(found)
        return
    to.write_text(report.page(found), encoding="utf-8")
    show(str(to))


@directory_app.command("corrections")
def directory_corrections(
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    to: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("."),
    sent: Annotated[bool, typer.Option("--sent", help="They go to their owners now.")] = False,
    json_: JsonOption = False,
) -> None:
    """Write the corrections that staff confirmed, one file for the owner of each feed."""
    from bot.directory import corrections
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade

    upgrade()
    written = []
    with unit_of_work() as session:
        for name in filter(None, corrections.feeds_to_tell(session)):
            if feed not in (None, name):
                continue
            rows = corrections.corrections_file(session, name)
            if not json_:
                to.mkdir(parents=True, exist_ok=True)
                file = to / corrections.file_name(name)
                file.write_text(corrections.as_csv(rows), encoding="utf-8", newline="")
                show(f"{file}: {len(rows):,} for {name}")
            written.append({"feed": name, "corrections": rows})
            if sent:
                corrections.mark_sent(session, name)
    if json_:
        as_json(written)
    elif not written:
        show("No confirmed corrections wait to be sent.")


@directory_app.command("search")
def directory_search(
    text: Annotated[str, typer.Argument(help="What to look for, like 'choir'.")],
    near: Annotated[str | None, typer.Option(help="Outcode, postcode or town.")] = None,
    within: Annotated[float, typer.Option(help="Kilometres.")] = 15.0,
    json_: JsonOption = False,
) -> None:
    """Look for services as a member of staff would."""
    from bot.directory.places import Ambiguous, find_place
    from bot.directory.query import search_text
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade

    place = find_place(near) if near else None
    if near and place is None:
        raise fail(f"there is no place {near!r}; try the first part of a postcode", 2)
    if isinstance(place, Ambiguous):
        names = "; ".join(f"{p.name}, {p.hint}" for p in place.places)
        raise fail(f"{near!r} may be: {names}. Use the first part of the postcode.", 2)
    upgrade()
    with unit_of_work() as session:
        found = search_text(session, text, place, within)
    if json_:
        as_json(
            [
                {
                    "id": item.id,
                    "name": item.name,
                    "organization": item.organization_name,
                    "distance_km": item.distance_km,
                    "feed": item.feed,
                }
                for item in found
            ]
        )
        return
    for item in found:
        far = "" if item.distance_km is None else f"  {item.distance_km:.1f} km"
        show(f"{item.name}{far}  ({item.organization_name or item.feed})")
    if not found:
        out.print("Nothing found.")


@app.command()
def export(
    person: Annotated[str | None, typer.Argument(help="Id of the person.")] = None,
    format_: Annotated[str, typer.Option("--format", help="json, graphml or csv.")] = "json",
    all_: Annotated[bool, typer.Option("--all", help="Everyone; needs --research.")] = False,
    research: Annotated[bool, typer.Option(help="Without names, words and exact places.")] = False,
    to: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("."),
) -> None:
    """Write one person's record, or everyone's without identifying data, to files."""
    from bot.store.exports import ExportError, export_people
    from bot.store.migrate import upgrade

    upgrade()
    try:
        files = export_people(person, everyone=all_, research=research, form=format_, folder=to)
    except ExportError as error:
        raise fail(str(error), 2) from error
    for file in files:
        show(str(file))


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="Id of the person.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json_: JsonOption = False,
) -> None:
    """Erase everything of a person, and report what went."""
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade
    from bot.store.people import erase as erase_person

    if not yes:
        typer.confirm(f"Erase everything of {person}? It cannot be brought back.", abort=True)
    upgrade()
    with unit_of_work() as session:
        gone = erase_person(session, person)
    if not gone:
        raise fail(f"there is no person {person}")
    if json_:
        as_json(gone)
    else:
        for table, rows in gone.items():
            show(f"{table}: {rows}")


@retention_app.callback()
def retention() -> None:
    """How long things are kept."""


@retention_app.command("run")
def retention_run(
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove it; without this it is only counted.")
    ] = False,
    rewrite: Annotated[
        bool,
        typer.Option(
            "--rewrite",
            help="With --apply, on PostgreSQL: write the tables anew, so that deleted words "
            "leave its files. Locks each table meanwhile.",
        ),
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Say what is past its days (WISE_KEEP_CHAT_DAYS, WISE_KEEP_RECORD_DAYS), or remove it."""
    from bot.store import audit, retention, rewriting
    from bot.store.base import engine_for, unit_of_work
    from bot.store.migrate import upgrade

    if rewrite and not apply:
        raise fail("--rewrite needs --apply", 2)

    upgrade()
    settings = get_settings()
    with unit_of_work() as session:
        found = retention.apply(session, settings, dry_run=not apply)
        if apply and (found.records or found.rows):
            audit.note(session, "command line", "retention", target=f"{found.records} records")
    anew = rewriting.rewrite(engine_for(settings.store_url)) if rewrite else rewriting.Rewritten()
    if json_:
        as_json(
            {"applied": apply, **vars(found), "rewritten": anew.tables, "not_rewritten": anew.held}
        )
        if anew.held:
            raise typer.Exit(1)
        return
    verb = "Removed" if apply else "Would remove"
    show(
        f"{verb} {found.records} whole records without a visit for "
        f"{settings.wise_keep_record_days} days"
    )
    for table, rows in found.rows.items():
        show(f"{verb} {rows} rows of {table} that are past their days")
    if found.kept_for_open_risk:
        show(f"Kept {found.kept_for_open_risk} old records, because a risk in them is still open")
    if anew.tables:
        show(f"Wrote {len(anew.tables)} tables anew: what was deleted has left their files")
    if not apply:
        show("Nothing was changed. To remove it: wise retention run --apply")
    if anew.held:
        raise fail(f"in use, and so not written anew: {', '.join(anew.held)}. Run it again")


@staff_app.command("add")
def staff_add(
    username: Annotated[str, typer.Argument(help="What they sign in with.")],
    role: Annotated[
        str, typer.Option(help="reviewer, lead, directory_editor or admin.")
    ] = "reviewer",
    name: Annotated[str, typer.Option(help="Full name.")] = "",
    generate: Annotated[
        bool, typer.Option("--generate", help="Make a password and print it once.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="No password: they sign in by OpenID Connect.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Make an account; the second step is set up when they first sign in."""
    from bot.console import accounts
    from bot.store import audit
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade

    if elsewhere:
        password = ""
    elif generate:
        password = accounts.generated_password()
    elif password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not password and not elsewhere:
        raise fail("a password is needed", 2)
    upgrade()
    try:
        with unit_of_work() as session:
            row = accounts.add(session, username, name, role, password)
            audit.note(session, "command line", "account_added", target=f"{row.username} {role}")
    except accounts.AccountError as error:
        raise fail(str(error), 2) from error
    if json_:
        made = {"username": row.username, "role": row.role}
        as_json({**made, "password": password} if generate else made)
        return
    show(f"{row.username} may sign in as {row.role}.")
    if generate:
        show(f"Password, shown only now: {password}")


@staff_app.command("list")
def staff_list(json_: JsonOption = False) -> None:
    """List all accounts."""
    from bot.console import accounts
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade

    upgrade()
    with unit_of_work() as session:
        rows = [
            {
                "username": row.username,
                "name": row.name,
                "role": row.role,
                "disabled": row.disabled_at is not None,
                "second_step": bool(row.totp),
                "last_seen": row.last_seen_at,
            }
            for row in accounts.everyone(session)
        ]
    if json_:
        as_json(rows)
        return
    for row in rows:
        state = "disabled" if row["disabled"] else ""
        show(f"{row['username']:<24}{row['role']:<18}{row['name']:<24}{state}".rstrip())
    if not rows:
        show("No accounts yet: wise staff add NAME --role lead")


@staff_app.command("disable")
def staff_disable(
    username: Annotated[str, typer.Argument(help="Whose account.")], json_: JsonOption = False
) -> None:
    """End an account and everything that it is signed in with."""
    from bot.console import accounts
    from bot.store import audit
    from bot.store.base import unit_of_work
    from bot.store.migrate import upgrade

    upgrade()
    try:
        with unit_of_work() as session:
            row = accounts.disable(session, username)
            audit.note(session, "command line", "account_disable", target=row.username)
    except accounts.AccountError as error:
        raise fail(str(error)) from error
    if json_:
        as_json({"username": row.username, "disabled": True})
    else:
        show(f"{row.username} is disabled and signed out.")


@dialogue_app.command("run")
def dialogue_run(
    files: Annotated[list[Path], typer.Argument(help="YAML scripts, or folders of them.")],
    verbose: Annotated[bool, typer.Option(help="Print every dialogue, not only failures.")] = False,
    json_: JsonOption = False,
) -> None:
    """Play scripted dialogues against the real assistant; print where they differ."""
    _only_the_command_is_heard()
    from bot.conversations.scripts import ScriptError, read_script

    try:
        scripts = [read_script(p) for f in files for p in _yaml_files(f)]
    except (ScriptError, OSError) as error:
        raise fail(str(error), 2) from error
    if not scripts:
        raise fail("there are no scripts there", 2)
    results = asyncio.run(_play(scripts))
    if json_:
        as_json([{"script": str(r.script.path), "passed": r.passed} for r in results])
    else:
        for result in results:
            if verbose or not result.passed:
                show(result.as_text())
            mark = "[green]✓[/green]" if result.passed else "[red]✗[/red]"
            out.print(mark, end=" ")
            show(result.script.title)
    if not all(r.passed for r in results):
        raise typer.Exit(1)


@app.command()
def simulate(
    persons: Annotated[int, typer.Option(min=1, help="How many made-up patients.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed makes the same patients.")] = 1,
    weeks: Annotated[int, typer.Option(min=1, help="Weeks that they live through.")] = 8,
    page: Annotated[Path | None, typer.Option(help="Where to write the report.")] = None,
    json_: JsonOption = False,
) -> None:
    """Let made-up patients talk to the real assistant through a loopback Telegram."""
    _only_the_command_is_heard()
    # A console script does not look for modules where it is run.
    sys.path.insert(0, str(PROJECT))
    try:
        import time_machine  # noqa: F401

        import tests.telegram_api  # noqa: F401
    except ModuleNotFoundError as error:
        raise fail(
            f"{error.name} is missing: simulations run from a checkout, after 'make setup'"
        ) from error
    from bot.simulation import report

    judged = list(map(report.judge, asyncio.run(_live(persons, seed, weeks))))
    page = page or get_settings().wise_home / "simulation.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(report.as_page(judged, seed), encoding="utf-8")
    if json_:
        as_json(report.as_json(judged))
    else:
        for name, value in report.as_json(judged).items():
            show(f"{name}: {value}")
        show(f"written to {page}")
    if not report.is_sound(judged):
        raise typer.Exit(1)


async def _live(persons: int, seed: int, weeks: int) -> list[Any]:
    """Simulate in a store of its own."""
    from bot.simulation.weeks import simulate as run_weeks

    with (
        _assistant_of_its_own() as assistant,
        Progress(TextColumn("{task.description}"), TimeElapsedColumn(), console=err) as shown,
    ):
        task = shown.add_task("")

        def tell(done: int) -> None:
            shown.update(task, description=f"{done} of {persons} have had their first visit")

        return await run_weeks(persons, seed, assistant, get_settings(), weeks=weeks, progress=tell)


def _yaml_files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.yml")) if path.is_dir() else [path]


async def _play(scripts: list[Any]) -> list[Any]:
    """Play in a store of its own."""
    from bot.conversations.scripts import play

    with _assistant_of_its_own() as assistant:
        return [
            await play(script, assistant.turns, f"{number}:{script.path.stem}")
            for number, script in enumerate(scripts)
        ]


@contextmanager
def _assistant_of_its_own() -> Iterator[Assistant]:
    """The real assistant on a new store: nothing tried may touch the records of a service."""
    model = _model_ready()
    with tempfile.TemporaryDirectory() as home:
        os.environ["DATABASE_URL"] = f"sqlite:///{home}/own.sqlite"
        get_settings.cache_clear()
        from bot.conversations.assistant import Assistant
        from bot.directory.sample import load_on_first_use
        from bot.store.migrate import upgrade

        upgrade()
        load_on_first_use()
        yield Assistant.load(model)


if __name__ == "__main__":
    app()

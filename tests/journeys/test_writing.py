"""The teacher writes a course."""

from playwright.sync_api import expect

from tests.journeys.files import pdf, picture

COURSE = "/courses/ETHICS"


def test_a_teacher_writes_uploads_and_publishes(visitor, tmp_path):
    dolores = visitor("dolores")

    dolores.open("/")
    dolores.follow("My courses")
    dolores.look()
    dolores.follow("Ethics at work")
    dolores.look()
    write_a_page(dolores)
    upload_two_files(dolores, tmp_path)
    add_a_link(dolores)
    describe(dolores)

    dolores.open(f"{COURSE}/")
    dolores.follow("2 changes not published")
    dolores.sees("For whom", "Gifts and favours", "Where it will show", "Day shift").look()
    dolores.fill("What changed, in a few words", "The first sections")
    dolores.page.get_by_role("button", name="Publish").click()

    dolores.open(f"{COURSE}/description/")
    dolores.sees("For whom", "Everybody who decides about other people's money.").look()
    dolores.open(f"{COURSE}/documents/")
    dolores.sees("Gifts and favours").sees_not("Draft")


def write_a_page(dolores) -> None:
    """As a draft, which saves itself."""
    dolores.open(f"{COURSE}/documents/")
    dolores.look()
    dolores.follow("New page")
    dolores.look()
    dolores.press("Save and publish")
    dolores.sees("This field is required.").look()
    dolores.fill("Title", "Gifts and favours")
    dolores.page.get_by_role("button", name="Heading", exact=True).click()
    dolores.write("May I take this?")
    dolores.page.keyboard.press("Enter")
    dolores.page.keyboard.insert_text("A coffee, yes. A coffee machine, no.")
    expect(dolores.page.get_by_text("Draft saved.")).to_be_visible()
    dolores.look()
    dolores.press("Save as draft")
    expect(dolores.page.get_by_role("heading", name="May I take this?", level=2)).to_be_visible()
    dolores.look()


def upload_two_files(dolores, folder) -> None:
    dolores.open(f"{COURSE}/documents/")
    dolores.follow("Add files")
    dolores.look()
    dolores.field("Files").set_input_files([pdf(folder / "Code of conduct.pdf"), picture(folder / "Scales.png")])
    dolores.press("Add and publish")
    dolores.sees("Code of conduct", "Scales").look()
    dolores.follow("Scales")
    expect(dolores.page.get_by_role("img", name="Scales")).to_have_js_property("naturalWidth", 320)
    dolores.look()


def add_a_link(dolores) -> None:
    dolores.open(f"{COURSE}/links/")
    dolores.look()
    dolores.follow("New link")
    dolores.fill("Title", "The law")
    dolores.fill("Address", "javascript:alert(1)")
    dolores.press("Save and publish")
    dolores.sees("Enter a whole address").look()
    dolores.fill("Address", "https://law.example.org/")
    dolores.press("Save and publish")
    dolores.sees("The law", "law.example.org").look()


def describe(dolores) -> None:
    dolores.open(f"{COURSE}/description/")
    dolores.look()
    dolores.follow("New section")
    dolores.fill("Title", "For whom")
    dolores.write("Everybody who decides about other people's money.")
    dolores.press("Save as draft")
    dolores.sees("Everybody who decides about other people's money.")

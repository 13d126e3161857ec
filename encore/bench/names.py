"""Names of people who do not exist, and of what courses are about."""

FIRST = (
    *("Amara", "Anneke", "Aisha", "Bram", "Chiara", "Daan", "Dilara", "Elif", "Emma", "Farid", "Femke", "Gaëlle"),
    *("Hamza", "Hanna", "Ibrahim", "Ines", "Jana", "Jef", "Jin", "João", "Kateryna", "Khadija", "Lars", "Lotte"),
    *("Luka", "Maëlle", "Malik", "Mehmet", "Mila", "Mirjam", "Nadia", "Noor", "Olivier", "Ömer", "Pieter", "Priya"),
    *("Rania", "Rik", "Rosalie", "Samira", "Seppe", "Sofia", "Stijn", "Tariq", "Thomas", "Tuur", "Valérie", "Wout"),
    *("Xavier", "Yara", "Yusuf", "Zoë"),
)
LAST = (
    *("Achterberg", "Adeyemi", "Aerts", "Baert", "Bakker", "Benali", "Bogaert", "Bouzid", "Claes", "Costa", "Çelik"),
    *(
        "De Backer",
        "De Clercq",
        "De Smet",
        "Diallo",
        "Dubois",
        "El Amrani",
        "Ferreira",
        "Fontaine",
        "García",
        "Goossens",
    ),
    *("Haddad", "Hermans", "Hoang", "Ivanova", "Jacobs", "Janssens", "Kaya", "Kovač", "Lambert", "Lemmens", "Maes"),
    *("Martens", "Mertens", "Michiels", "Nguyen", "Nowak", "Okafor", "Öztürk", "Peeters", "Petit", "Pereira", "Rossi"),
    *(
        "Saïdi",
        "Schmidt",
        "Segers",
        "Silva",
        "Simons",
        "Stevens",
        "Tshibangu",
        "Van Damme",
        "Van den Broeck",
        "Verbeke",
    ),
    *("Vermeulen", "Wauters", "Willems", "Yıldırım", "Zhang", "Zieliński"),
)
DOES = (
    *(
        "Lifting",
        "Cleaning",
        "Planning",
        "Reading",
        "Checking",
        "Repairing",
        "Measuring",
        "Storing",
        "Moving",
        "Mixing",
    ),
    *(
        "Welding",
        "Driving",
        "Writing",
        "Counting",
        "Listening",
        "Presenting",
        "Buying",
        "Selling",
        "Teaching",
        "Caring",
    ),
)
ABOUT = (
    *(
        "heavy loads",
        "small rooms",
        "cold stores",
        "with a crane",
        "at night",
        "on the quay",
        "in a team",
        "for beginners",
    ),
    *("under pressure", "with figures", "in the workshop", "for those who lead", "by the book", "with customers"),
    *("on board", "in an emergency", "without a plan", "step by step", "in two languages", "at height"),
)
CATEGORIES = ("Safety", "Quality", "Technique", "Languages", "Leading", "Office")
PERIODS = ("Spring", "Summer", "Autumn", "Winter", "Newcomers", "Refreshers")

"""Claims made from quotes, false and true, by what was done to the quote's words.

Each quote stands with its false claims, as (kind, claim), and its true ones. All are written for
these tests.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Turn: TypeAlias = Literal[
    "subject",  # another one's deed or property
    "number",  # a number, date or name of another clause
    "negation",
    "modality",  # planned, possible, alleged or asked for, told as a fact, or the other way round
    "time",  # another order of events, another tense
    "relation",  # including, except, alongside, instead of, such as, ...
    "quantifier",
    "comparison",
    "part",  # a part for the whole, one of several for the only one, or the other way round
    "cause",  # a cause or purpose that nobody stated
]
Kept: TypeAlias = Literal[
    "copy",
    "shortened",  # a clause or phrase left out
    "reordered",
    "reworded",
    "pronoun",  # a pronoun replaced by what it stands for, or the other way round
]

CLAIMS: dict[str, tuple[list[tuple[Turn, str]], list[tuple[Kept, str]]]] = {
    "Section 12 of the act abolished the tax on salt and section 13 introduced a levy on coal.": (
        [
            ("subject", "Section 12 of the act introduced a levy on coal."),
            ("subject", "Section 13 abolished the tax on salt."),
            ("number", "The act's section 12 introduced a levy."),
            ("negation", "Section 12 of the act did not abolish the tax on salt."),
            ("quantifier", "The act abolished all taxes on salt."),
        ],
        [
            ("shortened", "Section 13 introduced a levy on coal."),
            ("shortened", "Section 12 of the act abolished the tax on salt."),
            ("reordered", "The tax on salt was abolished by section 12 of the act."),
        ],
    ),
    "The city runs nine theatres and a circus, alongside the Orlow Library, which lends out two"
    " million books a year.": (
        [
            ("relation", "The city runs nine theatres, including the Orlow Library."),
            ("relation", "The city runs nine theatres such as the Orlow Library."),
            ("subject", "The circus lends out two million books a year."),
            ("number", "The city runs two million theatres."),
            ("negation", "The Orlow Library never lends out books."),
        ],
        [
            ("shortened", "The city runs nine theatres and a circus."),
            ("shortened", "The Orlow Library lends out two million books a year."),
            ("shortened", "The city runs nine theatres and a circus, alongside the Orlow Library."),
        ],
    ),
    "Every province except Talmar voted for the union in 1871, although turnout in the south was"
    " below 40 percent.": (
        [
            ("relation", "Every province including Talmar voted for the union in 1871."),
            ("relation", "Every province voted for the union in 1871."),
            ("subject", "Talmar voted for the union in 1871."),
            ("comparison", "Turnout in the south was above 40 percent."),
            ("quantifier", "Some provinces voted for the union in 1871."),
        ],
        [
            ("shortened", "Every province except Talmar voted for the union in 1871."),
            ("shortened", "Turnout in the south was below 40 percent."),
        ],
    ),
    "Ines Baro taught chemistry in Porto before she joined the navy, where she wrote a handbook of"
    " explosives.": (
        [
            ("time", "Ines Baro taught chemistry in Porto after she joined the navy."),
            ("time", "Before she taught chemistry in Porto, Ines Baro joined the navy."),
            ("number", "Ines Baro wrote a handbook of chemistry."),
            ("cause", "Ines Baro joined the navy because she wrote a handbook of explosives."),
            ("modality", "Ines Baro wanted to join the navy."),
        ],
        [
            ("shortened", "Ines Baro taught chemistry in Porto before she joined the navy."),
            ("shortened", "Ines Baro taught chemistry in Porto."),
            ("pronoun", "She taught chemistry in Porto before she joined the navy."),
        ],
    ),
    "The reactor at Lodno supplies more power than the two dams on the Vesk together, but it costs"
    " less than either of them to run.": (
        [
            ("comparison", "The two dams on the Vesk supply more power than the reactor."),
            ("comparison", "The reactor at Lodno supplies less power than the two dams."),
            ("comparison", "The reactor costs more than either of the dams to run."),
            ("number", "The two reactors at Lodno supply more power than the dams."),
            ("cause", "The reactor costs less to run because it supplies more power."),
        ],
        [
            (
                "shortened",
                "The reactor at Lodno supplies more power than the two dams on the Vesk together.",
            ),
            ("shortened", "The reactor costs less than either of them to run."),
        ],
    ),
    "Of the eleven houses that the fire damaged, four have been rebuilt and three are to be pulled"
    " down next spring.": (
        [
            ("part", "The fire damaged four houses."),
            ("part", "Eleven houses have been rebuilt."),
            ("number", "Four houses are to be pulled down next spring."),
            ("time", "Three houses were pulled down last spring."),
            ("quantifier", "All of the houses that the fire damaged have been rebuilt."),
        ],
        [
            ("shortened", "Four of the eleven houses that the fire damaged have been rebuilt."),
            ("shortened", "Three are to be pulled down next spring."),
        ],
    ),
    "Heavy rain fell on the pass in the night, and at six in the morning a bridge at Colm gave way"
    " under a lorry.": (
        [
            ("cause", "A bridge at Colm gave way because of heavy rain."),
            ("cause", "Heavy rain caused a bridge at Colm to give way."),
            ("time", "Heavy rain fell on the pass at six in the morning."),
            ("subject", "A lorry gave way at Colm under a bridge."),
            ("negation", "No bridge gave way at Colm."),
        ],
        [
            ("shortened", "At six in the morning a bridge at Colm gave way under a lorry."),
            ("shortened", "Heavy rain fell on the pass in the night."),
            ("reordered", "A bridge at Colm gave way under a lorry at six in the morning."),
        ],
    ),
    "Reciprocating pumps drained most Welsh mines until about 1890, when centrifugal pumps driven"
    " by electric motors began to replace them.": (
        [
            ("part", "Pumps drained most Welsh mines until about 1890."),
            ("quantifier", "Reciprocating pumps drained all Welsh mines until about 1890."),
            ("time", "Reciprocating pumps drained most Welsh mines since about 1890."),
            ("subject", "Centrifugal pumps drained most Welsh mines until about 1890."),
            (
                "subject",
                "Reciprocating pumps began to replace centrifugal pumps driven by electric motors.",
            ),
        ],
        [
            ("shortened", "Reciprocating pumps drained most Welsh mines until about 1890."),
            (
                "pronoun",
                "Centrifugal pumps driven by electric motors began to replace reciprocating pumps.",
            ),
        ],
    ),
    "The council may grant the licence if the owner repairs the quay, but it has refused two"
    " earlier requests.": (
        [
            ("modality", "The council will grant the licence."),
            ("modality", "The council may grant the licence."),
            ("negation", "The council has not refused two earlier requests."),
            ("subject", "The owner may grant the licence if the council repairs the quay."),
            ("part", "The council has refused the request of the owner."),
        ],
        [
            ("shortened", "The council may grant the licence if the owner repairs the quay."),
            ("shortened", "The council has refused two earlier requests."),
        ],
    ),
    "King Oskel II, who was crowned at the age of nine, founded the university in 1604 and gave it"
    " the revenues of three abbeys.": (
        [
            ("subject", "King Oskel II gave three abbeys the revenues of the university."),
            ("number", "King Oskel II was crowned in 1604."),
            ("number", "King Oskel II founded the university at the age of nine."),
            ("part", "King Oskel II gave it three abbeys."),
            ("cause", "King Oskel II was crowned because he founded the university."),
        ],
        [
            ("shortened", "King Oskel II founded the university in 1604."),
            ("shortened", "King Oskel II was crowned at the age of nine."),
            ("pronoun", "King Oskel II gave the university the revenues of three abbeys."),
        ],
    ),
    "Most of the town's 8,000 workers live in Harne, but the largest factory, Plessing, stands in"
    " Dorp and employs 2,300 of them.": (
        [
            ("quantifier", "All of the town's 8,000 workers live in Harne."),
            ("number", "Plessing employs 8,000 workers."),
            ("number", "The largest factory, Plessing, stands in Harne."),
            ("part", "The only factory stands in Dorp."),
            ("subject", "Plessing lives in Dorp."),
        ],
        [
            ("shortened", "Most of the town's 8,000 workers live in Harne."),
            ("shortened", "The largest factory, Plessing, stands in Dorp."),
            ("shortened", "Plessing employs 2,300 of the town's workers."),
        ],
    ),
    "Aldous Penn claimed that the manuscript was a copy, whereas his pupil Rosa Thiel showed that"
    " it was the original.": (
        [
            ("modality", "The manuscript was a copy."),
            ("subject", "Rosa Thiel claimed that the manuscript was a copy."),
            ("subject", "Aldous Penn showed that the manuscript was the original."),
            ("subject", "Aldous Penn was the pupil of Rosa Thiel."),
            ("negation", "Aldous Penn claimed that the manuscript was not a copy."),
        ],
        [
            ("shortened", "Aldous Penn claimed that the manuscript was a copy."),
            ("pronoun", "Rosa Thiel showed that the manuscript was the original."),
        ],
    ),
    "Wheat is sown in October, barley in March; both are cut in July, when the rains have usually"
    " ended.": (
        [
            ("number", "Wheat is sown in March."),
            ("number", "Barley is sown in October."),
            ("number", "Wheat is cut in October."),
            ("quantifier", "The rains have always ended in July."),
            ("negation", "In July the rains have usually not ended."),
        ],
        [
            ("shortened", "Wheat is sown in October."),
            ("shortened", "Both are cut in July."),
        ],
    ),
    "The treaty gave the island to Sweden in exchange for the port of Rana, which Norway had held"
    " since 1720.": (
        [
            ("subject", "The treaty gave the port of Rana to Sweden."),
            ("subject", "Sweden had held the port of Rana since 1720."),
            ("number", "The treaty gave the island to Norway."),
            ("time", "Norway has held the island since 1720."),
            ("relation", "The treaty gave the island to Sweden in addition to the port of Rana."),
        ],
        [
            (
                "shortened",
                "The treaty gave the island to Sweden in exchange for the port of Rana.",
            ),
            ("shortened", "Norway had held the port of Rana since 1720."),
        ],
    ),
    "In 2009 the charity fed 400 families, twice as many as in 2007, and opened shelters in Brno"
    " and Zlin.": (
        [
            ("number", "In 2007 the charity fed 400 families."),
            ("comparison", "In 2009 the charity fed half as many families as in 2007."),
            ("number", "The charity opened 400 shelters in Brno and Zlin."),
            ("part", "The charity opened its only shelter in Brno."),
            ("number", "The charity opened shelters in Brno and Zlin in 2007."),
        ],
        [
            ("shortened", "In 2009 the charity fed 400 families."),
            ("shortened", "In 2009 the charity opened shelters in Brno and Zlin."),
            ("reordered", "The charity fed 400 families in 2009, twice as many as in 2007."),
        ],
    ),
    "Only members who have paid their fee may vote, and no member may hold more than one office at"
    " a time.": (
        [
            ("quantifier", "Members may vote."),
            ("quantifier", "All members may vote."),
            ("negation", "A member may hold more than one office at a time."),
            ("comparison", "No member may hold less than one office."),
            ("modality", "Members who have paid their fee must vote."),
        ],
        [
            ("shortened", "Only members who have paid their fee may vote."),
            ("shortened", "No member may hold more than one office at a time."),
        ],
    ),
    "Captain Rudd's frigate sank the Tormenta off Cape Verde; the Halcyon, commanded by his cousin"
    " Miles Rudd, escaped to Dakar.": (
        [
            ("subject", "The Halcyon sank the Tormenta off Cape Verde."),
            ("subject", "The Tormenta escaped to Dakar."),
            ("subject", "Miles Rudd's frigate sank the Tormenta."),
            ("subject", "The Tormenta sank Captain Rudd's frigate off Cape Verde."),
            ("number", "The Halcyon escaped to Cape Verde."),
        ],
        [
            ("shortened", "Captain Rudd's frigate sank the Tormenta off Cape Verde."),
            ("shortened", "The Halcyon escaped to Dakar."),
            ("reordered", "The Tormenta was sunk by Captain Rudd's frigate off Cape Verde."),
        ],
    ),
    "The first edition of 1932 had 60 maps, of which 12 were in colour; the second, printed in"
    " 1951, had none.": (
        [
            ("number", "The first edition had 12 maps."),
            ("number", "The second edition of 1932 had 60 maps."),
            ("number", "The first edition was printed in 1951."),
            ("part", "The first edition had 60 maps in colour."),
            ("negation", "The first edition had no maps."),
        ],
        [
            ("shortened", "The first edition of 1932 had 60 maps."),
            ("shortened", "The first edition of 1932 had 60 maps, of which 12 were in colour."),
        ],
    ),
    "Unlike his father, who wrote operas, Emil Stark composed chamber music, chiefly for the"
    " clarinet.": (
        [
            ("relation", "Like his father, Emil Stark composed chamber music."),
            ("subject", "Emil Stark wrote operas."),
            ("subject", "His father composed chamber music."),
            ("quantifier", "Emil Stark composed only chamber music for the clarinet."),
            ("subject", "Emil Stark's father composed chamber music, chiefly for the clarinet."),
        ],
        [
            ("shortened", "Emil Stark composed chamber music, chiefly for the clarinet."),
            ("shortened", "Emil Stark composed chamber music."),
        ],
    ),
    "The drug lowers blood pressure in adults under 60, but in older patients doctors prescribe"
    " Velan instead of it.": (
        [
            ("number", "The drug lowers blood pressure in adults over 60."),
            ("relation", "In older patients doctors prescribe it instead of Velan."),
            ("relation", "In older patients doctors prescribe Velan together with the drug."),
            ("part", "The drug lowers blood pressure in adults."),
            ("subject", "Velan lowers blood pressure in adults under 60."),
        ],
        [
            ("shortened", "The drug lowers blood pressure in adults under 60."),
            ("pronoun", "In older patients doctors prescribe Velan instead of the drug."),
        ],
    ),
    "Professor Lena Agard of Uppsala discovered the comet in 1988, two years after Pavel Hora had"
    " predicted its path.": (
        [
            ("subject", "Pavel Hora discovered the comet in 1988."),
            ("subject", "Lena Agard had predicted its path."),
            ("number", "Pavel Hora had predicted its path in 1988."),
            ("time", "Lena Agard discovered the comet two years before Pavel Hora predicted it."),
            ("subject", "Professor Pavel Hora of Uppsala had predicted its path."),
        ],
        [
            ("shortened", "Lena Agard discovered the comet in 1988."),
            ("shortened", "Professor Lena Agard of Uppsala discovered the comet."),
            ("pronoun", "Pavel Hora had predicted the comet's path."),
        ],
    ),
    "The strike began on 4 March in Lille, spread to Roubaix within a week and ended on 2 May"
    " without an agreement on wages.": (
        [
            ("number", "The strike ended on 4 March."),
            ("number", "The strike began in Roubaix."),
            ("negation", "The strike ended with an agreement on wages."),
            ("cause", "The strike ended because of an agreement on wages."),
            ("number", "The strike ended within a week."),
        ],
        [
            ("shortened", "The strike began on 4 March in Lille."),
            ("shortened", "The strike ended on 2 May without an agreement on wages."),
            ("shortened", "The strike spread to Roubaix within a week."),
        ],
    ),
    "Either parent may collect the child, but both must sign the form, and the school keeps one of"
    " the two copies.": (
        [
            ("quantifier", "Both parents must collect the child."),
            ("quantifier", "Either parent must sign the form."),
            ("quantifier", "The school keeps both copies."),
            ("modality", "Either parent must collect the child."),
            ("quantifier", "Neither parent may collect the child."),
        ],
        [
            ("shortened", "Either parent may collect the child."),
            ("shortened", "The school keeps one of the two copies."),
        ],
    ),
    "The firm's founder, Otto Gerlach, sold it to Brandt & Co. in 1958; his daughter Ute bought it"
    " back in 1972 for a third of the price.": (
        [
            ("subject", "Otto Gerlach bought it back in 1972."),
            ("subject", "Ute sold it to Brandt & Co. in 1958."),
            ("number", "Otto Gerlach sold it to Brandt & Co. for a third of the price."),
            ("number", "His daughter Ute bought it back in 1958."),
            ("subject", "Brandt & Co. sold the firm to Otto Gerlach."),
        ],
        [
            ("shortened", "Otto Gerlach sold it to Brandt & Co. in 1958."),
            ("shortened", "His daughter Ute bought it back in 1972 for a third of the price."),
            ("pronoun", "Otto Gerlach sold the firm to Brandt & Co. in 1958."),
        ],
    ),
    "Some historians believe that the wall was built to keep out cattle rather than soldiers, since"
    " it is nowhere higher than a metre.": (
        [
            ("modality", "The wall was built to keep out cattle."),
            ("relation", "Some historians believe that the wall was built to keep out soldiers."),
            (
                "relation",
                "Some historians believe that the wall was built to keep out soldiers rather than"
                " cattle.",
            ),
            (
                "quantifier",
                "Most historians believe the wall was built to keep out cattle rather than"
                " soldiers.",
            ),
            ("comparison", "The wall is higher than a metre."),
        ],
        [
            (
                "shortened",
                "Some historians believe that the wall was built to keep out cattle rather than"
                " soldiers.",
            ),
        ],
    ),
    "Nitrogen makes up 78 percent of the air and oxygen 21 percent, while argon, the third most"
    " common gas, accounts for less than one percent.": (
        [
            ("number", "Oxygen makes up 78 percent of the air."),
            ("number", "Nitrogen makes up 21 percent of the air."),
            ("comparison", "Argon accounts for more than one percent."),
            ("comparison", "Argon is the most common gas."),
            ("number", "Oxygen is the third most common gas."),
        ],
        [
            ("shortened", "Nitrogen makes up 78 percent of the air."),
            ("shortened", "Argon accounts for less than one percent."),
            (
                "shortened",
                "Argon, the third most common gas, accounts for less than one percent.",
            ),
        ],
    ),
    "Commissioner Hale asked parliament to ban the pesticide, but parliament postponed its decision"
    " until the autumn.": (
        [
            ("modality", "Commissioner Hale banned the pesticide."),
            ("modality", "Parliament banned the pesticide."),
            ("subject", "Commissioner Hale postponed the decision until the autumn."),
            ("subject", "Parliament asked Commissioner Hale to ban the pesticide."),
            ("time", "Parliament postponed its decision since the autumn."),
        ],
        [
            ("shortened", "Commissioner Hale asked parliament to ban the pesticide."),
            ("shortened", "Parliament postponed its decision until the autumn."),
        ],
    ),
    "Gold was found at Kerrin in 1861 and silver at Batty's Creek in 1864, but the silver mine"
    " closed after three years.": (
        [
            ("number", "Silver was found at Kerrin."),
            ("number", "Gold was found at Kerrin in 1864."),
            ("number", "Gold was found at Batty's Creek."),
            ("subject", "The gold mine closed after three years."),
            ("time", "The silver mine closed three years before."),
        ],
        [
            ("shortened", "Gold was found at Kerrin in 1861."),
            ("shortened", "The silver mine closed after three years."),
        ],
    ),
    "The Duchess of Arl, sister of the regent, commissioned the chapel from the mason Jan Voss,"
    " whose son Pieter carved the altar.": (
        [
            ("subject", "Jan Voss carved the altar."),
            ("subject", "The regent commissioned the chapel from the mason Jan Voss."),
            ("subject", "Jan Voss commissioned the chapel from the Duchess of Arl."),
            ("subject", "The mason Pieter carved the chapel."),
            ("subject", "The Duchess of Arl carved the altar."),
        ],
        [
            ("shortened", "The Duchess of Arl commissioned the chapel from the mason Jan Voss."),
            ("pronoun", "Jan Voss's son Pieter carved the altar."),
        ],
    ),
    "It is estimated that a fifth of all bees in the region died that winter, more in the valleys"
    " than on the heights.": (
        [
            ("quantifier", "All bees in the region died that winter."),
            ("comparison", "More bees died on the heights than in the valleys."),
            ("modality", "A fifth of all bees in the region died that winter."),
            ("quantifier", "Most bees in the region died that winter."),
        ],
        [
            (
                "shortened",
                "It is estimated that a fifth of all bees in the region died that winter.",
            ),
        ],
    ),
    "The museum, which moved to its present site in 1974, holds 30,000 coins, many of them Roman,"
    " as well as letters by the poet Sappe.": (
        [
            ("number", "The museum holds 30,000 Roman coins."),
            ("number", "The museum holds 30,000 letters by the poet Sappe."),
            ("relation", "The museum holds 30,000 coins, including letters by the poet Sappe."),
            ("quantifier", "All of the coins are Roman."),
            ("relation", "The museum holds 30,000 coins by the poet Sappe."),
        ],
        [
            ("shortened", "The museum moved to its present site in 1974."),
            ("shortened", "The museum holds 30,000 coins, many of them Roman."),
            (
                "shortened",
                "The museum holds 30,000 coins, as well as letters by the poet Sappe.",
            ),
        ],
    ),
    "Water boils at a lower temperature on the summit than at sea level, because the pressure of"
    " the air decreases with height.": (
        [
            ("comparison", "Water boils at a higher temperature on the summit than at sea level."),
            ("comparison", "Water boils at a lower temperature at sea level than on the summit."),
            ("comparison", "The pressure of the air increases with height."),
            (
                "cause",
                "The pressure of the air decreases because water boils at a lower temperature.",
            ),
            ("negation", "Water does not boil at a lower temperature on the summit."),
        ],
        [
            (
                "shortened",
                "Water boils at a lower temperature on the summit than at sea level.",
            ),
            ("shortened", "The pressure of the air decreases with height."),
        ],
    ),
    "Bruno Falk became president of the club in 1990, having been its treasurer for six years, and"
    " resigned when the stadium was sold.": (
        [
            ("number", "Bruno Falk was president of the club for six years."),
            ("number", "Bruno Falk became treasurer of the club in 1990."),
            ("time", "Bruno Falk resigned before the stadium was sold."),
            ("cause", "The stadium was sold because Bruno Falk resigned."),
            ("number", "Bruno Falk resigned in 1990."),
        ],
        [
            ("shortened", "Bruno Falk became president of the club in 1990."),
            ("shortened", "Bruno Falk resigned when the stadium was sold."),
        ],
    ),
    "Tram line 7 was closed in 1963 and its cars were sold to Porto, where two of them still run on"
    " Sundays.": (
        [
            ("number", "Two cars were sold to Porto in 1963."),
            ("subject", "Tram line 7 was sold to Porto."),
            ("quantifier", "All of the cars still run on Sundays."),
            ("time", "Tram line 7 was opened in 1963."),
            ("number", "Its cars still run in Porto on seven Sundays."),
            ("cause", "Tram line 7 was closed because its cars were sold to Porto."),
        ],
        [
            ("shortened", "Tram line 7 was closed in 1963."),
            ("shortened", "Its cars were sold to Porto."),
            ("pronoun", "The cars of tram line 7 were sold to Porto."),
        ],
    ),
    "The Zerin family, merchants from Split, financed the voyage of Luka Braun, who reached Ceylon"
    " in 1589 but lost both ships on the way home.": (
        [
            ("subject", "The Zerin family reached Ceylon in 1589."),
            ("subject", "Luka Braun, a merchant from Split, reached Ceylon."),
            ("number", "Luka Braun lost both ships in 1589."),
            ("quantifier", "Luka Braun lost one of his ships on the way home."),
            ("subject", "Luka Braun financed the voyage of the Zerin family."),
            ("part", "Luka Braun lost both ships on the way to Ceylon."),
        ],
        [
            ("shortened", "The Zerin family financed the voyage of Luka Braun."),
            ("shortened", "Luka Braun reached Ceylon in 1589."),
            ("pronoun", "Luka Braun lost both ships on the way home."),
        ],
    ),
    "Under the law a tenant can end the contract at three months' notice, whereas a landlord needs"
    " six months and a reason approved by the court.": (
        [
            ("subject", "A landlord can end the contract at three months' notice."),
            ("number", "A tenant needs six months and a reason approved by the court."),
            ("relation", "A tenant can end the contract without notice."),
            ("modality", "A tenant must end the contract at three months' notice."),
            ("subject", "The court can end the contract at three months' notice."),
        ],
        [
            ("shortened", "A tenant can end the contract at three months' notice."),
            ("shortened", "A landlord needs six months and a reason approved by the court."),
        ],
    ),
    "Mount Sarel last erupted in 1902, killing 300 people in the village of Anta; the eruption of"
    " 1851 had destroyed crops, but nobody died.": (
        [
            ("number", "The eruption of 1851 killed 300 people."),
            ("number", "Mount Sarel last erupted in 1851."),
            ("negation", "Nobody died in the eruption of 1902."),
            ("subject", "The eruption of 1902 had destroyed crops."),
            ("part", "Mount Sarel erupted only in 1902."),
        ],
        [
            ("shortened", "Mount Sarel last erupted in 1902."),
            ("shortened", "The eruption of 1851 had destroyed crops."),
            ("reworded", "Mount Sarel erupted in 1902 and killed 300 people."),
        ],
    ),
    "Students from abroad pay 9,000 euros a year, residents of the province 1,200, and children of"
    " staff nothing at all.": (
        [
            ("number", "Residents of the province pay 9,000 euros a year."),
            ("number", "Students from abroad pay 1,200 euros a year."),
            ("subject", "Students from abroad pay nothing."),
            ("part", "Students pay 9,000 euros a year."),
            ("number", "Children of staff pay 1,200 euros."),
        ],
        [
            ("shortened", "Students from abroad pay 9,000 euros a year."),
        ],
    ),
    "Clara Wendt studied under the botanist Josef Ruhl in Graz, married his assistant in 1911 and"
    " published her flora of Istria a year later.": (
        [
            ("subject", "Josef Ruhl published her flora of Istria."),
            ("number", "Clara Wendt published her flora of Istria in 1911."),
            ("subject", "Clara Wendt married Josef Ruhl in 1911."),
            ("subject", "The botanist Clara Wendt studied in Graz."),
            ("number", "Clara Wendt married his assistant in Graz."),
            ("time", "Clara Wendt published her flora of Istria a year earlier."),
        ],
        [
            ("shortened", "Clara Wendt studied under the botanist Josef Ruhl in Graz."),
            ("shortened", "Clara Wendt married his assistant in 1911."),
            ("shortened", "Clara Wendt published her flora of Istria a year later."),
        ],
    ),
    "The commission recommended that the dam be raised by two metres, yet engineers warned that its"
    " foundations could not bear the weight.": (
        [
            ("modality", "The dam was raised by two metres."),
            ("subject", "Engineers recommended that the dam be raised by two metres."),
            ("negation", "Engineers warned that its foundations could bear the weight."),
            ("subject", "The commission warned that its foundations could not bear the weight."),
            ("modality", "The foundations could not bear the weight."),
        ],
        [
            ("shortened", "The commission recommended that the dam be raised by two metres."),
            ("shortened", "Engineers warned that its foundations could not bear the weight."),
        ],
    ),
    "Copper from the mines of Falu paid for Sweden's wars, and the red paint made from their waste"
    " still covers most wooden houses in Dalarna.": (
        [
            ("subject", "Copper from the mines of Falu covers most wooden houses in Dalarna."),
            ("quantifier", "The red paint still covers all wooden houses in Dalarna."),
            ("subject", "The red paint paid for Sweden's wars."),
            ("cause", "The red paint covers most wooden houses because of Sweden's wars."),
            ("part", "The red paint still covers most houses in Dalarna."),
        ],
        [
            ("shortened", "Copper from the mines of Falu paid for Sweden's wars."),
            (
                "shortened",
                "The red paint made from their waste still covers most wooden houses in Dalarna.",
            ),
            ("shortened", "The red paint still covers most wooden houses in Dalarna."),
        ],
    ),
    "After the siege the bishop fled to Trier with the treasure, leaving the relics behind, and the"
    " citizens elected a council of twelve.": (
        [
            ("subject", "The citizens fled to Trier with the treasure."),
            ("subject", "The bishop elected a council of twelve."),
            ("relation", "The bishop fled to Trier without the treasure."),
            ("number", "The bishop fled to Trier with the relics."),
            ("time", "Before the siege the bishop fled to Trier."),
        ],
        [
            ("shortened", "After the siege the bishop fled to Trier with the treasure."),
            ("shortened", "The citizens elected a council of twelve."),
            ("reordered", "The bishop fled to Trier with the treasure after the siege."),
        ],
    ),
    "Bats, unlike most birds, navigate by echoes, and the smallest species, which weighs two grams,"
    " lives in caves in Thailand.": (
        [
            ("relation", "Bats, like most birds, navigate by echoes."),
            ("subject", "Most birds navigate by echoes."),
            ("part", "Bats live in caves in Thailand."),
            ("number", "Bats weigh two grams."),
            ("comparison", "The largest species weighs two grams."),
        ],
        [
            ("shortened", "Bats navigate by echoes."),
            ("shortened", "The smallest species lives in caves in Thailand."),
            ("shortened", "The smallest species weighs two grams."),
        ],
    ),
    "The orchestra gave its first concert in Riga on 8 May 1921 under Aron Kalns and toured Finland"
    " in the following year with the soprano Elsa Berzin.": (
        [
            ("subject", "Elsa Berzin gave her first concert in Riga on 8 May 1921."),
            ("number", "The orchestra gave its first concert in Finland."),
            ("number", "The orchestra toured Finland on 8 May 1921."),
            ("subject", "The soprano Aron Kalns toured Finland."),
            (
                "number",
                "The orchestra gave its first concert in Riga with the soprano Elsa Berzin.",
            ),
        ],
        [
            ("shortened", "The orchestra gave its first concert in Riga on 8 May 1921."),
            ("reordered", "On 8 May 1921 the orchestra gave its first concert in Riga."),
            ("shortened", "The orchestra toured Finland with the soprano Elsa Berzin."),
        ],
    ),
    "Homes built after 1980 must have a lightning rod, older ones need it only if they stand on a"
    " hill, and barns are exempt.": (
        [
            ("modality", "Older homes must have a lightning rod."),
            ("time", "Homes built before 1980 must have a lightning rod."),
            ("part", "Homes must have a lightning rod."),
            ("subject", "Barns must have a lightning rod."),
            ("negation", "Barns are not exempt."),
        ],
        [
            ("shortened", "Homes built after 1980 must have a lightning rod."),
            ("shortened", "Barns are exempt."),
        ],
    ),
}
"""Quote -> its false claims and its true ones."""


def false_claims() -> list[tuple[str, Turn, str]]:
    """(quote, what was done to it, claim)"""
    return [(quote, kind, claim) for quote, (made, _) in CLAIMS.items() for kind, claim in made]


def true_claims() -> list[tuple[str, Kept, str]]:
    """(quote, what was done to it, claim), each quote as its own claim first."""
    copies: list[tuple[str, Kept, str]] = [(quote, "copy", quote) for quote in CLAIMS]
    return copies + [
        (quote, kind, claim) for quote, (_, kept) in CLAIMS.items() for kind, claim in kept
    ]

"""Names that a source writes in capitals only, as they are read: GOOD SAMARITAN HOSPITAL is Good Samaritan Hospital.

A word that may be an abbreviation stays as it stands: UPMC, AMG, LLC, MS. So a name can lose no meaning, only capitals.
"""

from __future__ import annotations

import re

from app.ingest.words import vocabulary

_SMALL = vocabulary("OF THE AND AT FOR BY WITH ON")
# Words of two to four letters that are words or names; any other that short may be an abbreviation.
_SHORT = vocabulary(
    """
    ADA ADAK ADEL AIEA AIR AIRY ALL ALMA ALTA ALTO ALVA AMES AN ANA AND ANN ANNA ANNE ANSE ARCO AREA ARMS ARMY AT AVON
    AYER AYR AZLE BAD BAJA BANK BAR BASE BASS BATH BAY BEAR BEL BEND BERN BETH BIG BLUE BOAZ BOCA BON BOW BOYS BREA
    BRYN BUD BUSH BY CABO CAMP CAPE CARE CARL CARO CARY CASA CASS CAVE CITY CLAY CLUB COAL COBB CODY COOK COON COOS
    CORP COTO COVE COX CROW CRUZ CTR CUBA CUT DADE DALE DALY DAM DAY DE DEER DEL DELL DES DR DU DUKE DUNN DYER EADS
    EAST EAU EDEN EDGE EDNA EL ELK ELKO ELMA ELY ENID ERIE ERIN EWA EYE FAIR FALL FAR FE FEAR FOND FOR FORD FORK FORT
    FOUR FOX FT GAP GARY GIG GILA GLEN GOLD GOOD GUAM GULF HALE HALL HAND HATO HAYS HEAD HIGH HILL HILO HOAG HOKE HOLY
    HOME HOOD HOPE HORN HOSP HOT HTS HUGO HYDE IDA INC INST INYO IOLA IOWA IRON ISLE IUKA JACK JANE JARA JAY JENA JOE
    JOHN JOSE JR JUAN JUDE KANE KATY KENT KERN KEY KING KNOB KNOX KULA KYLE LA LAC LADY LAKE LAND LANE LAS LAWN LE LEA
    LEE LEHI LEON LIFE LIMA LINE LIVE LOCK LODI LOMA LONE LONG LOS LOW LUIS LUKE LUSK LUTZ LYNN MAIN MANY MARK MARS
    MARY MAWR MAY MAYO MAYS MEAD MED MEM MENA MESA MID MILE MOAB MOCA MOOR MORA MOSS MT MTN MUIR NAGS NAPA NECK NESS
    NEW NEWS NOME NOVI NUYS OAK OAKS OF OFF OHIO OJAI OLD OLIN OLLA OMAK ON ONE OPP ORD OREM ORO OUR PAGE PAGO PALM
    PALO PANA PARK PASO PASS PAUL PAW PEAK PELL PENN PERU PIKE PINE PLUM POLK PORT POST RED REED RENO REST REX REY
    RICA RICE RIO ROAD ROCK ROJO ROME ROSA ROSE RUN RUSH RUSK SAGE SALT SAM SAN SAUK SHAW SHOW SIMI SKY SMET SODA SOTO
    ST STAR STE SUN TAN TAOS TELL TERM THE TOMS TOWN TREE TRI TROY TUBA TWIN TWO ULM UNIT UNIV UTAH VAIL VAN VEGA VERO
    VIA VIEW WACO WAR WARE WARM WAY WERT WEST WILD WING WINN WITH WITT WOLF WOOD WRAY YALE YORK YUBA YUMA ZION ZUNI
    """
)
# Longer words that are abbreviations, and brands that are written in capitals.
_AS_IT_STANDS = vocabulary("UCONN UMASS LECOM CHRISTUS INTEGRIS CAVHCS STVHCS SEARHC DHHS XVIII SERMC")
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?:['’][^\W\d_]+)?(?![^\W_])")
_ORDINAL = re.compile(r"(?<=\d)(?:ST|ND|RD|TH)\b")
_VOWEL = re.compile(r"[AEIOUYÁÉÍÓÚÑ]")
_LONG = 5


def from_capitals(text: str, *kept: str) -> str:
    """A name with capitals where words begin, if it was written in capitals only; `kept` words stay as they stand."""
    if text != text.upper():
        return text
    words = _WORD.sub(lambda found: found[0] if found[0] in kept else _word(found[0], first=not found.start()), text)
    return _ORDINAL.sub(lambda found: found[0].lower(), words)


def _word(word: str, *, first: bool) -> str:
    stem, mark, ending = re.split(r"(['’])", word)[:3] if re.search(r"['’]", word) else (word, "", "")
    if mark and len(stem) == 1 and len(ending) > 1:  # O'FALLON, D'ALENE
        return f"{stem}{mark}{ending.capitalize()}"
    if stem in _SMALL and not first and not mark:
        return stem.lower()
    if stem in _AS_IT_STANDS or (stem not in _SHORT and (len(stem) < _LONG or not _VOWEL.search(stem))):
        return word
    if stem.startswith("MC") and len(stem) >= _LONG:
        return f"Mc{stem[2:].capitalize()}{mark}{ending.lower()}"
    return f"{stem.capitalize()}{mark}{ending.lower()}"

"""How frequent the characters of each language are, by which the encoding of a text is told."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

ASCII_COST = -3.0  # a byte that is a letter, a digit or a separator
SYMBOL_COST = -5.0
RARE_COST = -12.0
NEVER_COST = -15.0
MIXED_COST = -3.5  # beside a letter that does not go with it
FOREIGN_COST = -6.0  # two scripts in one word
SYMBOLS = "°’“”‘–—…€£§«»·•²³µ½¿¡，。、！？「」（）：；・ー～《》『』【】％℃㎡㎥℉％％"
HANGUL = (
    "이다는고지ㅋㅠ화영하가도아에나기한보의어만은리로을라게요서니들인그재ㅎㅜ시무스데없미대정있마면해사말진네점음자내를수연거감주으전장좋우너안오작여었드상생까적야짜것제봤간같부최일했더과개모동중건평구소성런밌본할신와배치"
    "비러때분았각않던히되잘운공려유세용습랑실남토저루레국래함느터난듯디못겠명독왜입알르조람애임봐반볼원편심쓰든악막물금타싶별바역준년걸처많버현름단력두코좀냥번문트뭐예위당노선포망억였웃렇체추줄관결끝살속션냐박발긴매울"
    "설완품참출질프잼극불후워직된경린계절눈넘죽식잔차깝따메강른민액행청군방엔합크길김님교몰족답릴란날초돈피친천빠머회짱호슨또괜먹판럽근멋집허학표즈올받파겨티낌씨엄증순캐등글얼슬며맞특달찮언새온움급형귀키뻔필목카존복"
    "맨론뭔닌색누져돌끼록왔테졸통외희슴케림꼭산갈충높낮류값량율률월번호역울온평균지점품목건강습풍압액판매출"
)
KANA = "のいにるはとしをたがでてなかられっすもりこさくまあきれそけうよんだどめやちせえつみじねわばげふおひほぶべ" + (
    "ンスルトリアラクイーッドシロジレタフカテコマムセプサバメグデュウキパニィョチオエナミャネビダハブソモツケユヤボポベズゲガゼワホゴノヴァェョピペギザ"
)
KANJI = (
    "日人年大本中出三時行見月分後前生五間上東四今金入高円子外八六下来気小七山話女北先名川千水電校語聞車何南万毎友父雨会社員自動車方者部事業国家民主画映面白良悪感想評価番号値付売上数量合計店地区県市町村予測実績温度湿消費"
    "力使用利益顧客商品単注文在庫曜始終平均最低思言私手作品内容記回新学体長心物理同場所"
)
HANZI = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力"
    "它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口"
    "认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张"
    "该交规万取拉格望觉术领共确传师观清今切院让识候带导争运值销售额单价编号温湿负荷负店评标签影喜欢差差"
)
HANZI_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力"
    "它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口"
    "認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張"
    "該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運值銷售額單價編號溫濕負荷店評標籤影喜歡差"
)
WESTERN = "éäüöàèßçñáíó°’“”„åøêãôæ³²µîúâëï–ûùõœ"
CENTRAL = "áéęóíąłěřčžśšżćýůúńőťűźňďăâșțîđöäüĺŕşţ"
TURKISH = "ıişüöçğâîû"
CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъіїєґ"
GREEK = "αοιτεσνρηπκμλςάυίόέδγχήωθώύφβξζψ"
HEBREW = "יוהלאתרמבשנעדחקםפכגזסןצטךףץ"
ARABIC = "المنيرتبوعدسفهةكقحجأشصطخإىذضزثءؤئغظآ"
THAI = "าานรอกเงมยลวดทสตะปบคหแจพชขใไโผซถศฟณธษฉภฐญึ่ีู้ัิ็์ำุ"


@dataclass(frozen=True)
class Alphabet:
    """The characters of a language, the most frequent first, and a test of the less frequent ones.

    common: the encoding whose characters are less frequent but not rare; empty where `frequent` is the whole alphabet.
    prior: how usual the encoding is in files of today, in nats.
    """

    encoding: str
    frequent: str
    common: str = ""
    prior: float = 0.0

    @cached_property
    def costs(self) -> dict[str, float]:
        """The logarithm of the share of each frequent character."""
        letters = [*dict.fromkeys(self.frequent)]
        offset, share = (40, 0.7) if self.common else (8, 0.9)
        weights = [1 / (rank + offset) for rank in range(len(letters))]
        total = sum(weights)
        return {letter: math.log(share * weight / total) for letter, weight in zip(letters, weights, strict=True)}

    @property
    def is_latin(self) -> bool:
        return self.frequent in {WESTERN, CENTRAL, TURKISH}

    def cost(self, letter: str, previous: str) -> float:
        """The logarithm of the share of a character that is not ASCII."""
        if letter in self.costs:
            return self.costs[letter] + self._fit(letter, previous)
        lower = letter.lower()
        if lower != letter and lower in self.costs:
            return self.costs[lower] - 2.5 + self._fit(letter, previous)
        if letter in SYMBOLS:
            return SYMBOL_COST
        if self.common and _is_common(letter, self.common):
            return -9.0
        if "ｦ" <= letter <= "ﾟ":  # half-width katakana
            return -6.5 + (FOREIGN_COST if previous.isascii() and previous.isalpha() else 0.0)
        control = unicodedata.category(letter) in {"Cc", "Co", "Cn", "Cs"}
        return NEVER_COST if control else RARE_COST

    def _fit(self, letter: str, previous: str) -> float:
        """The cost of two neighbours: accents stand between plain letters, other scripts apart from them."""
        if self.common or not previous.isalpha():
            return 0.0
        if letter.isupper() and previous.islower():
            return MIXED_COST
        if self.is_latin:
            return 0.0 if previous.isascii() else MIXED_COST
        return FOREIGN_COST if previous.isascii() else 0.0


ALPHABETS = (
    Alphabet("cp949", HANGUL, "euc_kr"),
    Alphabet("cp932", KANA + KANJI, "shift_jis"),
    Alphabet("gb18030", HANZI, "gb2312"),
    Alphabet("big5", HANZI_TRADITIONAL, "big5"),
    Alphabet("euc_jp", KANA + KANJI, "euc_jp", prior=-2),
    Alphabet("cp1252", WESTERN),
    Alphabet("cp1250", CENTRAL, prior=-1),
    Alphabet("iso8859_2", CENTRAL, prior=-2),
    Alphabet("cp1251", CYRILLIC),
    Alphabet("koi8_r", CYRILLIC, prior=-2),
    Alphabet("cp866", CYRILLIC, prior=-2),
    Alphabet("cp1253", GREEK, prior=-1),
    Alphabet("cp1254", TURKISH, prior=-1),
    Alphabet("cp1255", HEBREW, prior=-3),
    Alphabet("cp1256", ARABIC, prior=-1),
    Alphabet("cp874", THAI, prior=-1),
    Alphabet("cp850", WESTERN, prior=-4),
    Alphabet("mac_roman", WESTERN, prior=-4),
)


def log_likelihood(text: str, alphabet: Alphabet) -> float:
    """How likely a text is in the language of an alphabet, in nats."""
    total = alphabet.prior
    one_script = not alphabet.common and not alphabet.is_latin
    previous = before = " "
    for letter in text:
        if letter.isascii():
            total += ASCII_COST if letter.isprintable() or letter in "\t\n\r\f\v" else NEVER_COST
            if letter.isalpha() and not previous.isascii():
                if one_script and previous.isalpha():
                    total += FOREIGN_COST
                elif alphabet.is_latin and not previous.isalpha() and before.isalpha() and previous != "’":
                    total += MIXED_COST  # a symbol inside a word
        else:
            total += alphabet.cost(letter, previous)
            if alphabet.common and previous.isascii() and previous.isalpha():
                total += MIXED_COST
        previous, before = letter, previous
    return total


def scores(candidates: Iterable[tuple[Alphabet, str]]) -> list[tuple[float, Alphabet, str]]:
    """(log-likelihood, alphabet, text) of each reading, the likeliest first."""
    rated = [(log_likelihood(text, alphabet), alphabet, text) for alphabet, text in candidates]
    return sorted(rated, key=lambda item: -item[0])


def _is_common(letter: str, encoding: str) -> bool:
    """Whether a character is one of the less frequent characters of everyday text: the first level of the standard."""
    try:
        code = letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    if len(code) != 2:
        return False
    first = {"euc_kr": (0xB0, 0xC8), "gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "shift_jis": (0x88, 0x97)}
    low, high = first.get(encoding, (0xB0, 0xCF))
    return low <= code[0] <= high

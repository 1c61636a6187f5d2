"""How texts look in each script: which words can be, and which characters are common.

Each measure takes a text and returns the share of it that looks right, in [0, 1]; where nothing tells, 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], float]

_CHINESE = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都"
    "同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由"
    "问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真"
    "论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空"
    "决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识"
    "候带导争运笔商城州省县镇村街号室楼园厂店铺组团编客户销售线索来源渠联络邮箱姓氏职负责备注状态级额价预算行制造汽车融互网医疗房产零批餐饮旅游"
    "流源软件硬咨询服有限股份集控广深圳杭苏武汉庆津京青岛连厦宁波沙郑济哈滨福浙江川湖辽吉林黑龙河陕甘夏疆藏蒙古云贵香港澳台湾华赵钱孙李周吴冯陈"
    "褚卫蒋沈韩杨朱秦尤何吕施孔曹严魏陶姜谢邹章潘葛范彭鲁韦苗花俞袁柳史唐薛雷贺倪汤罗毕郝邬乐傅齐康伍余顾孟黄穆萧尹姚邵毛狄戴宋茅庞熊纪舒屈"
    "项祝董梁杜阮蓝闵席季贾娄危郭梅刁钟徐邱骆蔡田樊胡凌霍虞支柯卢莫丁邓郁洪包石崔龚伟芳娜敏静丽磊洋艳勇杰娟涛超秀霞刚桂英否男假"
    "刘曾肖叶谭陆廖付侯闫段黎覃欧微抖音官红朝阳淘宝推荐搜索展企农技率税保险证券农研投订单型号称低初续帆博鑫婷琳倩瑶昊轩睿妍雯颖蕾琪璐瑜璇莹晗"
    "六七八九教育否售浦筑跃腾讯节跳阿巴旧签跟近已交失败赢初级额户投资顾访谈演示区域支付宿舍兼职培训药械器材木布衣鞋服饰珠宝"
    "息仓储输贸易装修料塑肥纺织帽具仪半芯片媒影视版印刷健容酒宾馆航铁船舶油煤炭钢属矿牧渔食烟粮蔬菜银托租赁典担审律府校幼究诊介环伏风池模智块链戏漫播短频"
    "待未效增弱优紧急普般沉默费退款诉满密婚离异士硕专转绍朋友众序快百伙伴陌拜慕端徒皇甫尉迟诸令狐芜蚌埠泉漳莆岩兰佛莞汕惠湛茂遵亚庄邯郸廊坊洛封乡昌襄宜荆"
    "株洲湘潭衡岳锡扬泰盐淮迁昆赣鞍抚顺春潍淄临沂威呼浩鄂绵萨鸡咸乌温嘉兴舟淀收潜登录套账阅龄姻历"
    "元猫狗甲乙丙良差坏双左右早晚慢绿紫灰轻闲忙升降亏盈欠"
)
_TRADITIONAL = (
    "國會學對發後經們個這來時說為與無業電東車長門開關間問題體點實際應當戰爭灣臺陳張劉黃楊趙吳許鄭謝蘇葉呂蕭羅賴廖鍾製造資訊聯網醫療銀險證貿縣"
    "區鄉鎮號樓線員務總銷價額產據數級狀態備註處團隊顧進項觀輝豐鳳義興橋園風飛馬鐵鋼錢廣榮麗華貴賢鴻"
)
_JAPANESE = (
    "東県阪浜奈広島崎札幌駅丁番株式会社営業製造売買電気機械済銀険証様個種担当者連郵便顧込談契約応開発技術総務課長佐藤鈴木橋渡辺伊加斉斎松井野浅"
    "沢池岡谷岩桜宮栃茨玉葉岐静愛滋庫取根媛佳熊鹿児沖縄円税込込未対報検査登録変更無効"
    "動産運輸設築既存規町話役職署額従員時刻曜態級優継続休眠確予止留処請払残座預資託農協漁鉱飲繊維紙薬鉄鋼精送卸貨泊館観娯楽療病診護祉園稚塾庁団組関畿陸甲"
    "越森秋群馬埼千潟富梨阜賀兵良歌鳥徳仙横屋戸渋後坂遠竹柴丸郎咲陽樹輔翔"
)
_HANGUL = (
    "가각간갈감강개거건검게격견결경계고공과관광교구국군권귀규그근글금급기길김까나남내너네노녹농누뉴는능니다단달담당대더덕데도독동두드들등디따때라락란람랑래"
    "량러레려력련령례로록론료루류률르른를름리린림립마막만말망매맥머먼메면명모목무문물미민바박반발방배백버번범법베별병보복본봉부북분불비사산살삼상새생서석선"
    "설성세소속손송수순술스습승시식신실심아악안알암압앙애야약양어언업에여역연열염영예오옥온올와완왕외요용우운울원월위유육윤율은을음의이익인일임입있자작잔장"
    "재저적전절점정제조족존종주준중즉지직진질집차찬참창채책처천철청체초촌최추축출충취치친카코크키타태택터테토통투트특파판페평포표프플하학한함합항해허헌험현"
    "협형혜호홍화확환활황회효후훈희히"
)
CHINESE = frozenset(_CHINESE)
"""Common characters of Chinese, and those of places, trades and names."""
TRADITIONAL = CHINESE | frozenset(_TRADITIONAL)
JAPANESE = CHINESE | frozenset(_JAPANESE)
HANGUL = frozenset(_HANGUL)

_QUOTES = "“”‘’„‚«»‹›…¿¡®™"
_SYMBOLS = frozenset(_QUOTES + "–—•€£¥§°²³µ©·½¼ªº№")
_RUN = re.compile(r"[A-Za-z\x80-\U0010ffff]+")
_GAP = re.compile(r"[\xa0–—’\u3000]")
_GLUED = re.compile(r"[a-z][\u3400-\u9fff\uac00-\ud7a3]|[\u3400-\u9fff\uac00-\ud7a3][A-Za-z]?[a-z]")
_MARK = re.compile(r"[\u3000-\u303f\uff01-\uff5e\uffe0-\uffe6“”‘’…—·]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]+")
_THAI = re.compile(r"(?:[เ-ไ]?[ก-ฮ][ัิ-ฺ]?็?[่-์]?[ะาำๅ]?ๆ?)+")
_THAI_OFTEN = frozenset("กขคงจชดตถทนบปผพมยรลวศษสหออะาเแโใไัิีึืุูำ็่้์")


def is_glued(text: str) -> bool:
    """Tell whether most runs of ideographs stand in Latin words, as ``K枚ln`` does: they are letters with accents."""
    runs = len(_IDEOGRAPH.findall(text))
    return runs > 0 and 2 * len(_GLUED.findall(text)) >= runs


def common(characters: frozenset[str]) -> Measure:
    """Measure the characters that are common; other ideographs are by a tenth, and marks count where there are none."""

    def share(text: str) -> float:
        if is_glued(text):
            return 0.0
        wide = [char for char in text if char > "\x7f"]
        found = [char for char in wide if not _MARK.match(char)]
        return sum(map(weight, found)) / len(found) if found else float(bool(wide))

    def weight(char: str) -> float:
        if char in characters or _KANA.match(char):
            return 1.0
        return 0.1 if _IDEOGRAPH.match(char) else 0.0

    return share


def words(fits: Callable[[str], bool]) -> Measure:
    """Measure the words with characters that are not ASCII; one of a letter or of symbols, by half."""

    def share(text: str) -> float:
        found = [run for run in _RUN.findall(_GAP.sub(" ", text)) if not run.isascii()]
        return sum(map(fit, found)) / len(found) if found else 0.0

    def fit(run: str) -> float:
        word = run.strip(_QUOTES)
        if word and word.isascii():
            return 0.6
        if _SYMBOLS.issuperset(char for char in word if char > "\x7f"):
            return 0.5
        return fits(word) / 2 if len(word) == 1 else float(fits(word))

    return share


def alphabet(letters: str, *, vowels: str = "", rare: str = "", finals: str = "") -> Measure:
    """Measure words of one alphabet, written small, large or with a capital.

    Parameters
    ----------
    letters
        The small ones.
    vowels
        One of which a word of three letters or more has; empty: they are not written.
    rare
        Letters that are at most a fifth of a word.
    finals
        Letters that stand only at the end of a word.
    """

    def fits(word: str) -> bool:
        small = word.lower()
        return (
            all(char in letters for char in small)
            and word in (small, word.upper(), word.capitalize())
            and (not vowels or len(word) < 3 or any(char in vowels for char in small))
            and 5 * sum(char in rare for char in small) <= len(word)
            and not any(char in finals for char in word[:-1])
        )

    return words(fits)


def latin(accents: str) -> Measure:
    """Measure words that have letters of the alphabet beside some with accents."""

    def fits(word: str) -> bool:
        wide, cased = [char for char in word if char > "\x7f"], word.replace("ß", "")
        return (
            all(char.lower() in accents for char in wide)
            and (5 * len(wide) <= 4 * len(word) or len(word) == 1)
            and cased in (cased.lower(), cased.upper(), cased.title(), cased[:1].upper() + cased[1:].lower())
        )

    return words(fits)


def _is_thai(word: str) -> bool:
    often = sum(char in _THAI_OFTEN for char in word)
    return len(word) > 2 and bool(_THAI.fullmatch(word)) and 5 * often >= 4 * len(word)


THAI = words(_is_thai)

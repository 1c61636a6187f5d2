"""The Chinese of every sentence that a report may hold, by its English template."""

from __future__ import annotations

CHINESE = {
    # what was read, and left out
    "{odd} and taken as missing": "{odd}按缺失处理",
    "{n_odd:,} of {n:,} values ({share:.1%}) not understood, the first in row {row:,}: {example!r},": (
        "{n:,} 个值中有 {n_odd:,} 个（{share:.1%}）无法识别，首个在第 {row:,} 行：{example!r}，"
    ),
    "{odd} the others numbers: mend them, or say with a schema what it is": (
        "{odd}其余为数值：请更正，或在特征定义中说明该列的类型"
    ),
    "{n_numbers:,} of its {n:,} texts are numbers, and {other!r} is none: taken for codes; if it is a number, "
    "mend the others, or say so with a schema": (
        "{n:,} 种取值中有 {n_numbers:,} 种是数值，而 {other!r} 不是：按代码处理；"
        "如果应为数值，请更正其余取值，或在特征定义中说明"
    ),
    "{n:,} values are no {form}: missing; first {first}": (
        "{n:,} 个值无法按列的类型读取，按缺失处理；首个在第 {line} 行：{value}"
    ),
    "{said}; the rows of a customer share a fold": "{who:,} 位客户占多行，共 {n:,} 行：{named}；同一客户的行在同一折",
    "of {n:,} pairs of columns the {most:,} most promising are searched for leaks; as few may interact in the model": (
        "{n:,} 对列中，只对最可疑的 {most:,} 对检查了泄漏；模型中可交互的也只有这么多"
    ),
    "{n:,} rows are equal to an earlier one in every feature and kept": "{n:,} 行与之前某行的所有特征相同，已保留",
    "The share that left is {share:.1%} with them": "计入这些行的流失率为 {share:.1%}",
    "{found}: the features have fewer combinations than there are rows. {share}.": (
        "{found}：特征的组合数少于行数。{share}。"
    ),
    "in one fold with it": "与该行在同一折",
    "in one fold with it, but for those of which there are more than {most:,.0f}": (
        "与该行在同一折，但相同的行超过 {most:,.0f} 行的除外"
    ),
    "{found}, {where}. {share}.{advice}": "{found}，{where}。{share}。{advice}",
    " Of those alike {agree:.1%} share their outcome: if they are copies, take them out of the table.": (
        "相同的行中有 {agree:.1%} 结果一致：如果是重复数据，请从表中删除。"
    ),
    "left: {spellings}": "流失：{spellings}",
    "stayed: {spellings}": "留存：{spellings}",
    "not known: {spellings}": "未知：{spellings}",
    "neither: {spellings}": "两者都不是：{spellings}",
    "{shown} and {more:,} more": "{shown}，另有 {more:,} 种",
    "empty {n:,}": "空值 {n:,}",
    "none of {n:,} rows has a value": "{n:,} 行均无取值",
    "has the same value in every row": "每行取值相同",
    "{n_distinct:,} different values in {n:,} rows": "{n:,} 行中有 {n_distinct:,} 个不同的值",
    "{n:,} texts, at most {most} can be told apart": "{n:,} 种取值，最多可区分 {most} 种",
    "is a point in time: put the days since it, at the row's own time, into a column of their own": (
        "是时间点：请把截至该行时间的天数另设一列"
    ),
    "tells the same customers apart as {name}": "对客户的区分与 {name} 相同",
    "is {name} in another unit or rounding, correlation {line:.7f}": (
        "是 {name} 换了单位或舍入，相关系数为 {line:.7f}"
    ),
    "neither said to have left nor to have stayed: {words}": "未说明是流失还是留存：{words}",
    "the outcome or time is not known": "结果或时间未知",
    "the outcome or time is not known: {words}": "结果或时间未知：{words}",
    "as asked": "按要求",
    "is not in the schema": "不在特征定义中",
    "tells customers apart, as said": "按指定用于区分客户",
    "alone it ranks customers with an AUC of {auc:.4f}": "仅凭该列排序，AUC 就达到 {auc:.4f}",
    "together they rank customers with an AUC of {auc:.4f}": "两列合在一起排序，AUC 达到 {auc:.4f}",
    "in {n:,} rows it is later than the row's own time": "有 {n:,} 行的值晚于该行自身的时间",
    # why something was left out
    "asked": "按要求",
    "identifier": "标识",
    "all missing": "全部缺失",
    "constant": "常量",
    "moment": "时间点",
    "mixed": "类型混杂",
    "too many categories": "类别过多",
    "duplicate column": "重复列",
    "no outcome": "结果未知",
    "not in schema": "不在特征定义中",
    "suspected leak": "疑似泄漏",
    # gates, and what was found
    "leaks": "泄漏",
    "leak certificate": "泄漏证书",
    "export parity": "导出一致性",
    "enough churned": "流失样本量",
    "beats simple rule": "优于简单规则",
    "calibration error": "校准误差",
    "calibration slope": "校准斜率",
    "log loss": "对数损失",
    "roc auc": "排序能力",
    "lift 10": "前 10% 提升度",
    "segments": "分组",
    "score stability": "分数稳定性",
    "pass": "通过",
    "fail": "未通过",
    "suspected inside the model: {names}": "模型中疑似有：{names}",
    "none inside the model": "模型中没有",
    "{n:,} later events changed: features stay byte-identical": "改动 {n:,} 个之后的事件，特征逐字节不变",
    "{n:,} later events changed: {differences}": "改动 {n:,} 个之后的事件，有 {n_different:,} 处特征随之改变",
    "log-odds differ from the estimator's by at most {parity:.1e}": "对数几率与训练所得模型最多相差 {parity:.1e}",
    "{n:,} left, at least {least} are needed": "流失 {n:,} 人，至少需要 {least} 人",
    "AUC {gain:+.4f} over the best rule of one feature, at least +.02": (
        "AUC 比最佳单特征规则高 {gain:+.4f}，至少需要 +0.02"
    ),
    "ECE {error:.4f}, at most .03": "ECE 为 {error:.4f}，不得超过 0.03",
    "{slope:.3f}, between .8 and 1.25": "{slope:.3f}，须在 0.8 与 1.25 之间",
    "the champion {why}. Whether this model is better is not known: to promote it all the same, override with a "
    "reason": ("现役模型{why}。无法判断新模型是否更好：如仍要上线，请写明理由并强制执行"),
    "could not be judged fairly: {why}": "无法公平评估：{why}",
    "its recipe, fitted anew on its own columns of the same rows": "按其训练方法，用其自身的列在相同的行上重新训练",
    "its recipe {name!r} is not known here": "其训练方法 {name!r} 在此未知",
    "this table is without {absent}, which it reads": "本表缺少其所需的列 {absent}",
    "there is no champion to compare with": "没有可比较的现役模型",
    "{value:+.5f}, 95 % of draws {low:+.5f} to {high:+.5f}; not surely above 0": (
        "{value:+.5f}，95% 的抽样在 {low:+.5f} 至 {high:+.5f} 之间；不得显著大于 0"
    ),
    "{value:+.4f} ({low:+.4f} to {high:+.4f}) against the champion, at least -.002": (
        "与现役模型相差 {value:+.4f}（{low:+.4f} 至 {high:+.4f}），不得低于 -0.002"
    ),
    "{new:.3f} against {old:.3f}, at least 95 % of it": "{new:.3f}，现役模型为 {old:.3f}，不得低于其 95%",
    "lose more than .03 AUC: {losers}": "AUC 下降超过 0.03 的分组：{losers}",
    "none loses more than .03 AUC": "没有分组的 AUC 下降超过 0.03",
    "PSI {shift:.3f} against the champion, below .25": "与现役模型相比 PSI 为 {shift:.3f}，须低于 0.25",
    # models
    "prior": "平均流失率",
    "recency rule: {feature}": "最近一次规则：{feature}",
    "single-feature rule: {feature}": "单特征规则：{feature}",
    "logistic with steps": "分段逻辑回归",
    "additive": "可加提升树",
    "pairwise small": "成对提升树（小）",
    "pairwise medium": "成对提升树（中）",
    "pairwise large": "成对提升树（大）",
    "pairwise extra": "成对提升树（特大）",
    "full boosting (benchmark)": "完整提升树（基准）",
    "full boosting, benchmark": "完整提升树，基准",
    "champion {version}: {how}": "现役模型 {version}：{how}",
    "{candidate}, shipped": "{candidate}，交付版",
    "identity": "未校准",
    "sigmoid": "逻辑校准",
    "temperature": "温度校准",
    "steps": "保序校准",
    # the page
    "log-loss": "对数损失",
    "lift 10 %": "前 10% 提升度",
    "Trained {time} by": "训练于 {time}，命令：",
    "Predicts {label} from {n_features} features of {n_rows:,} rows, {n_left:,} of whom left.": (
        "用 {n_rows:,} 行数据（其中 {n_left:,} 行流失）的 {n_features} 个特征预测 {label}。"
    ),
    "Judged by the last block of time.": "以最后一段时间评估。",
    "Judged by 5-fold cross-validation.": "以五折交叉验证评估。",
    "Exported exactly: {cells:,} numbers, log-odds within {parity:.1e} of the estimator's. Seed {seed}.": (
        "精确导出：{cells:,} 个数值，对数几率与训练所得模型相差不超过 {parity:.1e}。随机种子 {seed}。"
    ),
    "Figures": "指标",
    "95 % of {n:,} draws of customers": "{n:,} 次客户抽样的 95% 区间",
    "{low:.4f} to {high:.4f}": "{low:.4f} 至 {high:.4f}",
    "Champion {version}: {how}.": "现役模型 {version}：{how}。",
    "Expected maximum profit {empc:.2f} per customer ({low:.2f} to {high:.2f}), contacting {share:.1%} of them, if a "
    "customer who is kept is worth {value:g}, the offer costs {incentive:g}, a contact {contact:g}, and {accept:.0%} "
    "accept.": (
        "期望最大利润为每位客户 {empc:.2f}（{low:.2f} 至 {high:.2f}），联系 {share:.1%} 的客户；"
        "假设挽留一位客户价值 {value:g}，优惠成本 {incentive:g}，联系成本 {contact:g}，接受率 {accept:.0%}。"
    ),
    "Calibration: {kind}, slope {slope:.3f}, Brier skill {skill:.3f}.": (
        "校准：{kind}，斜率 {slope:.3f}，Brier 技能分 {skill:.3f}。"
    ),
    "At the threshold": "阈值处的混淆矩阵",
    "At risk is who is more likely than {threshold:.1%} to leave: from there on, contacting is expected to pay: "
    "{formula}.": ("流失概率达到 {threshold:.1%} 即为高风险：从此处起，联系客户预期有利：{formula}。"),
    "left": "流失",
    "stayed": "留存",
    "said to be at risk": "判为高风险",
    "not at risk": "非高风险",
    "Precision {precision:.1%}, recall {recall:.1%}, false positive rate {fpr:.1%}.": (
        "精确率 {precision:.1%}，召回率 {recall:.1%}，假阳性率 {fpr:.1%}。"
    ),
    "Gates of a promotion": "上线门槛",
    "Candidates": "候选模型",
    "taken: the simplest within one standard error of the best": "选用：与最佳相差不超过一个标准误的最简单模型",
    "How it was read": "读取说明",
    "rows": "行",
    "pairs": "列对",
    "Left out": "未使用",
    "{n:,} rows": "{n:,} 行",
    "Nothing.": "无。",
    "None.": "无。",
    "Added up": "合计",
    "Suspected leaks": "疑似泄漏",
    "still in the model": "仍在模型中",
    "kept out": "已排除",
    "Importance": "重要性",
    "How far each feature moves the log-odds, on average over the customers.": "各特征平均使客户的对数几率改变多少。",
    "and {n:,} more": "另有 {n:,} 个",
    "Segments": "分组表现",
    "Categories of at least {n} rows, the largest first.": "至少 {n} 行的类别，从大到小。",
    "segment": "分组",
    "share that left": "流失率",
    "said on average": "平均预测值",
    "No category is large enough.": "没有足够大的类别。",
    "What it has learnt": "模型学到了什么",
    "Log-odds added by each value; interactions apart. Grey: where the customers are.": (
        "各取值增加的对数几率，不含交互。灰色：客户的分布。"
    ),
    "moves the score by {importance:.3f} on average": "平均使分数改变 {importance:.3f}",
    "Strongest pairs": "最强的特征对",
    "What two features say together beyond what each says alone. Red raises the risk, blue lowers it.": (
        "两个特征合在一起、超出各自单独所说的部分。红色升高风险，蓝色降低风险。"
    ),
    "{name}: {strength:.3f} on average": "{name}：平均 {strength:.3f}",
    # plots
    "ROC": "ROC 曲线",
    "Precision and recall": "精确率与召回率",
    "Reliability": "校准曲线",
    "Gain": "累积增益",
    "Profit per customer": "每位客户的利润",
    "false positive rate": "假阳性率",
    "recall": "召回率",
    "precision": "精确率",
    "predicted probability": "预测概率",
    "observed share that left": "实际流失率",
    "share of customers contacted": "联系的客户比例",
    "profit per customer": "每位客户的利润",
    "this model": "本模型",
    "chance": "随机",
    "perfect": "完美校准",
    "most profit": "利润最大",
    "log-odds": "对数几率",
    "no effect": "无影响",
    "customers": "客户数",
    "not known": "未知",
    "not known: {effect:+.2f}": "未知：{effect:+.2f}",
    "yes": "是",
    "no": "否",
    "Full boosting is ahead by {gap:.4f} of ROC-AUC. {why}": "完整提升树的 ROC-AUC 高出 {gap:.4f}。{why}",
    "Tables of three features, the last candidate, were not tried.": "未尝试三特征表（最后一个候选）。",
    "Tables of three features are shipped; the rest takes more features together, or more triples, than fit.": (
        "已采用三特征表；其余差距需要更多特征共同作用，或更多的三特征组合。"
    ),
    "Tables of three features were tried and not taken: their log-loss is {triples:.5f}, that of {candidate}, the "
    "simplest within one standard error of the best, is {chosen:.5f}.": (
        "已尝试三特征表但未采用：其对数损失为 {triples:.5f}；"
        "在最优值一个标准误之内的最简候选“{candidate}”为 {chosen:.5f}。"
    ),
    "Strongest triples": "最强的三特征组合",
    "{strength:.3f} on average": "平均 {strength:.3f}",
    "triples": "三特征组合",
    "{name}, by bin": "{name}，按分箱",
    "darkest: ±{most:.2f} log-odds": "最深：±{most:.2f} 对数几率",
    "{name} ({unit})": "{name}（{unit}）",
}
"""By template, as `training.sentences.Sentence` keeps it."""

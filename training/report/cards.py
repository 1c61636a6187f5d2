"""The model card in English and Chinese: what it is, what it may be used for, how good it is, on one page [1]_.

References
----------
.. [1] M. Mitchell et al., "Model Cards for Model Reporting", FAT* 2019.
"""

from __future__ import annotations

from scoring.model.manifest import Manifest
from training.report.document import Document
from training.report.words import ReportWords

_ENGLISH = """# {model} {version}

Predicts `{target}`{horizon} as a calibrated probability, with reasons that add up to the score.

| | |
|---|---|
| learnt from | {rows:,} rows, {churned:,} of them left |
| features | {n_features} |
| kind | {candidate}, exported as exact tables ({cells:,} numbers) |
| judged by | {how} |
| ROC-AUC | {roc_auc:.4f} ({low:.4f} to {high:.4f}) |
| PR-AUC, Brier, ECE | {pr_auc:.4f}, {brier:.4f}, {ece:.4f} |
| lift of the riskiest tenth | {lift_10:.2f} |
| gates | {gates} |

Meant for ranking and prioritising customers by a team that decides itself. Not meant for prices, credit or anything
that concerns people other than as customers. It knows what its data knew: check drift before relying on it elsewhere.
"""

_CHINESE = """# {model} {version}

预测 `{target}`{horizon}，给出校准后的流失概率，理由逐项相加等于得分。

| | |
|---|---|
| 训练数据 | {rows:,} 行，其中流失 {churned:,} 行 |
| 特征数 | {n_features} |
| 模型 | {candidate}，精确导出为查找表（{cells:,} 个数值） |
| 评估方式 | {how} |
| ROC-AUC | {roc_auc:.4f}（{low:.4f} 至 {high:.4f}） |
| PR-AUC、Brier、ECE | {pr_auc:.4f}、{brier:.4f}、{ece:.4f} |
| 最高风险十分之一的提升 | {lift_10:.2f} |
| 上线门槛 | {gates} |

用于客户的排序与优先级，由团队自行决定。不用于定价、信贷，也不用于客户关系以外的个人评判。模型只了解训练数据中的情况：换用场景前请先检查漂移。
"""


def cards(report: Document, manifest: Manifest) -> dict[str, str]:
    """Return ``card.en.md`` and ``card.zh.md``."""
    forward = "test" in report
    figures = report["test" if forward else "cv"]
    failed = [gate["name"].replace("_", " ") for gate in report["gates"] if not gate["passed"]]
    days = manifest.label.horizon_days
    shared = {
        **figures,
        **report["rows"],
        "rows": report["rows"]["n"],
        "low": report["intervals"]["test" if forward else "cv"]["roc_auc"]["low"],
        "high": report["intervals"]["test" if forward else "cv"]["roc_auc"]["high"],
        "model": manifest.model,
        "version": manifest.version,
        "target": manifest.label.name,
        "n_features": len(report["features"]),
        "cells": report["export"]["cells"],
    }
    english = {
        "candidate": report["candidate"],
        "horizon": f" within {days} days" if days else "",
        "how": "the last block of time" if forward else "5-fold cross-validation",
        "gates": "failed: " + ", ".join(failed) if failed else "all passed",
    }
    chinese = {
        "candidate": ReportWords("zh")(report["candidate"]),
        "horizon": f"（{days} 天内）" if days else "",
        "how": "最后一段时间" if forward else "五折交叉验证",
        "gates": "未通过：" + "、".join(map(ReportWords("zh"), failed)) if failed else "全部通过",
    }
    return {"card.en.md": _ENGLISH.format(**shared, **english), "card.zh.md": _CHINESE.format(**shared, **chinese)}

"""The rule sets that the golden tenants published."""

ACME_1 = """
fields:
  region: {type: string}
rules: []
default: {route: {pool: triage, fallback: [{rep: zhao}]}}
"""

ACME_2 = """
# 华东销售：谁得到哪条线索
fields:
  region: {type: string}
  industry: {type: string}
  language: {type: string}
  potential: {type: number}
  vip: {type: bool}
  skills_needed: {type: list}
  decide_by: {type: date}
  phone: {type: string, personal: true}
  contact: {type: string, personal: true}
  customer: {type: string}
  churn_risk: {type: number}
  value_tier: {type: string}
known_customer: {id: customer, churn_risk: churn_risk, value_tier: value_tier}
rules:
  - id: rescue
    priority: 100
    when: {field: churn_risk, op: gte, value: 0.5}
    route:
      pool: rescue
      priority: 900
      require: [{rep: languages, op: has, item: language}]
      fallback: wait
  - id: reachable-vip
    when:
      all:
        - {field: phone, op: exists}
        - {field: vip, op: eq, value: true}
    route:
      pool: key-accounts
      value: potential
      sla: within-the-hour
      prefer: [{rep: languages, op: has, item: language, score: 3}]
      fallback: [{pool: east}]
  - id: temporary
    when: {field: industry, op: eq, value: 展会}
    route: {pool: fair}
  - id: nobody-can
    when: {field: skills_needed, op: has_any, value: [航天]}
    route:
      pool: triage
      require:
        - {rep: skills, op: has_all, item: skills_needed}
        - {rep: team, op: has, value: 航天}
  - id: solo
    when: {field: region, op: eq, value: 杭州}
    route: {pool: solo, require: [{rep: regions, op: covers, item: region}]}
  - id: 华东
    when:
      all:
        - {field: region, op: within, value: 华东}
        - not: {field: potential, op: lt, value: 10}
    route:
      pool: east
      priority: 200
      require:
        - {rep: regions, op: covers, item: region}
        - {rep: industries, op: has, item: industry}
      prefer: [{rep: languages, op: has, item: language, score: 2}]
      fallback:
        - drop: [industries]
        - widen: region
        - wait
default: {route: {pool: triage, fallback: [{rep: zhao}]}}
tests:
  - name: 上海的线索归华东
    item: {region: 上海, potential: 50}
    expect: {pool: east}
workforce:
  territories: {中国: , 华东: 中国, 上海: 华东}
"""

ACME_3 = ACME_2.replace("value: 0.5}", "value: 0.7}").replace("priority: 200", "priority: 300")

HUAMAO = """
fields:
  城市: {type: string}
  联系人: {type: string, personal: true}
rules:
  - id: 北京
    when: {field: 城市, op: in, value: [北京, 天津]}
    route: {pool: 北方, fallback: wait}
default: {route: {pool: 南方}}
"""

EARLY = """
fields:
  region: {type: string}
rules:
  - id: patient
    when: {field: region, op: eq, value: west}
    route: {pool: west, fallback: wait}
default: {route: {pool: east}}
"""

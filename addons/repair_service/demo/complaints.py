"""The demo company's complaints: what customers said, what was found, and what was learned of it."""

from typing import NamedTuple


class Case(NamedTuple):
    """One case. ``age`` and the other times are hours: before the loading, and after the arrival."""

    age: float
    channel: str
    category: str
    severity: str
    subject: str
    description: str
    stage: str = "new"
    respond: float = 0.5
    propose: float = 20.0
    resolve: float = 60.0
    asked: str = ""
    cause: str = ""
    remedy: str = ""
    liable: str = ""
    finding: str = ""
    proposal: str = ""
    measures: str = ""
    verdict: str = ""
    score: str = ""
    feedback: str = ""
    lesson: str = ""
    prevention: str = ""
    family: str = ""
    kind: str = "complaint"
    compensation: float = 0.0
    reopened: int = 0
    waits: str = ""


CASES = (
    # Open ones
    Case(0.4, "phone", "product", "p1", "维修后插头冒烟", "昨天修完热水器，今早插头冒烟，已经拔掉电源，家里有老人很害怕。", asked="repair", family="water_heater"),
    Case(1.5, "wechat", "service", "p3", "师傅迟到两小时没有电话", "约好上午九点到十一点，下午一点才来，中间没有任何通知。", asked="explanation"),
    Case(5, "link", "after_sales", "p3", "保修卡一直没有收到", "验收时说会发保修卡，三天了还没看到。", "acknowledged", asked="explanation"),
    Case(26, "phone", "product", "p2", "冰箱修好一周又不制冷，食物坏了", "换了风扇电机才一周又不制冷，冷冻的海鲜全坏了，要求赔偿。", "investigating",
         asked="compensation", finding="同批次风扇电机第三次返修，已封存旧件送检。", cause="part_quality", family="refrigerator"),
    Case(49, "chat", "service", "p3", "收费比电话里说的高", "电话里说大概两百，最后收了三百六，单子上多了高空作业费。", "proposed", cause="price", remedy="refund",
         asked="refund", finding="高空作业费当时未获客户书面同意。", proposal="未经您同意的高空作业费 80 元全额退还，请确认。", propose=22),
    Case(70, "mail", "after_sales", "p3", "发票抬头开错", "发票抬头应该是公司名称，请重开。", "investigating", waits="等客户提供公司税号",
         finding="开票资料按个人登记。", cause="booking", asked="explanation"),
    Case(96, "followup", "service", "p3", "客户回访不满意：仍有异响", "回访评分 2 分：洗衣机脱水还有响声。", "resolved", cause="workmanship", remedy="repair",
         liable="technician", finding="吊杆未调平。", proposal="免费上门调平并更换减震脚垫。", measures="次日由组长上门处理，现场试机正常。",
         family="washer"),
    # Closed ones: the library
    Case(24 * 12, "phone", "product", "p2", "空调制冷剂泄漏返修", "加了制冷剂两周又不凉，检查说连接管还在漏。", "closed", cause="workmanship", remedy="repair",
         liable="technician", finding="扩口未用扭矩扳手，接头慢漏。", proposal="免费返修，补漏并重新抽真空充注，延长保修三个月。", measures="返修后保压 24 小时合格。",
         verdict="yes", score="5", feedback="处理很快，谢谢。", lesson="管路接头必须用扭矩扳手，并做保压试验后再充注。",
         prevention="完工检验表增加“保压 30 分钟”一项；组内做一次扩口培训。", family="air_conditioner", asked="repair"),
    Case(24 * 18, "phone", "service", "p3", "师傅未穿鞋套弄脏地板", "进门没有穿鞋套，地板上都是脚印。", "closed", respond=1, cause="attitude", remedy="explanation",
         liable="technician", finding="鞋套用完未补领。", proposal="组长上门致歉并清洁地板。", measures="当日上门清洁，技师书面检讨。", verdict="yes", score="4",
         lesson="出车前检查鞋套、垫布、工作证。", prevention="准备检查表加入鞋套数量。", asked="explanation"),
    Case(24 * 25, "authority", "after_sales", "p2", "12315 转办：保修期内收费", "电视面板保修期内被收取检测费，要求退款。", "closed", respond=0.8, propose=9, resolve=30,
         cause="warranty", remedy="refund", liable="desk", finding="客服未核对购买凭证，按保外收费。", proposal="检测费全额退还。", measures="已退款，并回复 12315。",
         verdict="yes", score="4", lesson="保修期以购买凭证为准，受理时先核对凭证再报价。", prevention="受理页突出显示保修判定及依据。", family="tv", asked="refund"),
    Case(24 * 33, "web", "product", "p2", "换过的风扇电机三个月内再次损坏", "冰箱风扇电机又坏了，冷藏室温度上升到 12 度。", "closed", cause="part_quality", remedy="exchange",
         liable="supplier", finding="同批次电机轴承缺油。", proposal="免费更换另一品牌电机，并延长保修半年。", measures="封存该批库存 12 件，通知供应商。",
         verdict="partly", score="3", feedback="希望一次修好。", lesson="同批次配件两次返修即停用并送检。", prevention="来料检验对该供应商加严一级。",
         family="refrigerator", reopened=1, asked="exchange"),
    Case(24 * 41, "phone", "service", "p3", "预约两次无人上门", "第一次说排错了，第二次也没人来。", "closed", respond=3, cause="late", remedy="compensation", liable="company",
         finding="改派时未通知新技师。", proposal="优先安排当晚上门，减免上门费。", measures="调度改派后由系统通知技师并回执。", verdict="yes", score="4",
         lesson="改派必须有接单回执。", prevention="未回执的改派在 30 分钟后提醒调度。", asked="compensation"),
    Case(24 * 55, "walk_in", "other", "p3", "门店停车位不足", "送修小家电没有停车的地方。", "closed", cause="booking", remedy="explanation", liable="nobody",
         finding="门前车位施工占用。", proposal="施工至月底，期间可免费上门取件。", measures="门口张贴取件电话。", verdict="yes", score="5",
         lesson="场地变化提前告知客户。", prevention="预约短信附停车提示。", asked="explanation"),
    # Opinions
    Case(30, "link", "other", "p3", "建议晚上也能预约", "上班族白天不在家，希望晚上七点以后也能约。", kind="opinion"),
    Case(24 * 9, "wechat", "other", "p3", "希望维修前先发照片估价", "能不能先发照片看看大概多少钱。", "closed", kind="opinion",
         proposal="感谢建议：报修页面现已支持上传照片，客服会先给出参考价。"),
)
ANSWERS = {"5": ("10", "9", "10", "8"), "4": ("9", "8", "8", "7"), "3": ("7", "6", "5"), "2": ("4", "3"), "1": ("0", "2")}

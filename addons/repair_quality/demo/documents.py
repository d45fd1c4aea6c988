"""The documents of the demo company, written for it: (key, kind, title, owner, distribution, clauses, steps, text)."""

DOCUMENTS = [
    ("manual", "manual", "质量手册", "manager", "all", ("iso_4_4", "iso_5_2", "iso_5_3", "iso_6_2", "handbook_10_1"), (),
     """<h3>一、公司与范围</h3><p>安邻家电服务为本市住户提供家电上门维修、取送维修与配件服务。本手册适用于全部部门和全部维修工单。</p>
<h3>二、质量方针</h3><p>按约上门，先报价后维修，一次修好，修后有据。</p>
<h3>三、过程</h3><ol><li>受理与派工：客户服务部</li><li>诊断、报价、维修：维修服务部</li><li>检验、抽检、审核：质量部</li><li>配件采购、验收、库存：配件部</li><li>人员、培训、财务：综合部</li></ol>
<h3>四、职责</h3><p>部门负责人对本部门的记录、人员资格和整改负责；质量部独立检验，可叫停交付。</p>
<h3>五、文件层次</h3><p>手册、程序、作业指导书、表单。现场只使用系统中的有效版本，打印件仅供参考。</p>"""),
    ("procedure_documents", "procedure", "文件与记录控制程序", "quality_author", "all", ("iso_7_5",), (),
     """<h3>目的</h3><p>保证现场使用的都是有效版本，质量活动有据可查。</p>
<h3>步骤</h3><ol><li>责任人起草，写明修改原因。</li><li>由未参与编写的人评审，质量主管批准，编写人不得批准自己的文件。</li><li>生效当日旧版自动作废，相关人员七天内阅读并确认。</li><li>每十二个月复审一次。</li><li>记录按登记册保存，到期经批准并有见证人方可销毁。</li></ol>
<h3>记录</h3><p>阅读确认、销毁记录。</p>"""),
    ("procedure_audit", "procedure", "内部审核程序", "quality_author", ("quality", "office"), ("iso_9_2", "handbook_10_2"), (),
     """<h3>目的</h3><p>每年覆盖全部部门和条款，发现问题并促成整改。</p>
<h3>要求</h3><ul><li>内审员持有效内审员证书，不审核本部门和本人的工作。</li><li>未覆盖的部门与条款须写明理由。</li><li>轻微不符合六十天内、严重不符合三十天内整改。</li><li>报告发至受审部门负责人并签收。</li></ul>"""),
    ("procedure_complaint", "procedure", "客户投诉处理程序", "desk", ("desk", "service"), ("iso_8_2", "handbook_7_1", "handbook_7_2"), (),
     """<h3>步骤</h3><ol><li>任何渠道的投诉当场登记，告知受理编号。</li><li>一小时内首次回复，说明下一步和时间。</li><li>查明责任与原因，与客户确认方案。</li><li>处理完毕三天内回访，不满意则重新处理。</li></ol>
<h3>注意</h3><p>不得要求客户撤回评价；涉及安全的投诉立即上报服务经理。</p>"""),
    ("reception", "instruction", "受理报修作业指导书", "desk", ("desk",), ("iso_8_2", "handbook_3_1"), (("reception", False),),
     """<ol><li>问清：品牌、型号、序列号、故障现象、购买日期、住址与电话。</li><li>核对是否在保，在保与否的依据当场告知。</li><li>说明上门检测费和预计时间段。</li><li>燃气、漏电、冒烟：请客户先断气断电，按紧急派工。</li></ol>"""),
    ("diagnosis", "instruction", "上门诊断作业指导书", "manager", ("service",), ("iso_8_5", "handbook_3_2"), (("diagnosis", False),),
     """<ol><li>出示工牌，穿鞋套，铺工作垫。</li><li>先断电验电，再拆机。</li><li>按说明书的检测顺序排查，测量值记入工单。</li><li>故障部位、铭牌各拍一张照片。</li><li>向客户说明原因，先报价，同意后再修。</li></ol>"""),
    ("leak", "instruction", "空调检漏与加注制冷剂作业指导书", "manager", ("service",), ("iso_8_5", "handbook_4_3"),
     (("repair", "air_conditioner"),),
     """<h3>人员</h3><p>持制冷作业证书。</p>
<h3>步骤</h3><ol><li>断电、验电、挂牌。</li><li>用电子检漏仪从接头、焊点、阀体依次检查。</li><li>回收制冷剂，不得直接排放，回收量记入工单。</li><li>补焊后充氮保压三十分钟，压力不降方可抽真空。</li><li>抽真空不少于二十分钟，按铭牌定量加注。</li></ol>
<h3>不得</h3><p>不得带压焊接，不得用氧气试压。</p>"""),
    ("washer", "instruction", "滚筒洗衣机更换轴承作业指导书", "manager", ("service",), ("iso_8_5", "handbook_4_3"), (("repair", "washer"),),
     """<ol><li>断电、关水、排净余水。</li><li>拆配重前两人扶稳机身。</li><li>轴承与油封成套更换，油封唇口涂硅脂。</li><li>装复后空载脱水三分钟，听异响，查渗漏。</li></ol>"""),
    ("inspection", "instruction", "完工检验作业指导书", "quality_author", ("service", "quality"), ("iso_8_6", "handbook_5_1"),
     (("inspection", False),),
     """<ol><li>按清单逐项检查，测量项填实测值。</li><li>绝缘电阻不低于二兆欧，低于此值不得交付。</li><li>通电试机不少于十五分钟，请客户在场确认。</li><li>不合格：不交付，写明原因，转返修。</li></ol>"""),
    ("form_record", "form", "维修服务记录单", "manager", ("service",), ("iso_7_5", "iso_8_5"), (("handover", False),),
     """<p>客户、家电、故障、更换配件（名称、数量、批次）、检测值、费用、保修期限、客户签名、工程师签名。由系统生成，交付时打印或发送给客户。</p>"""),
    ("form_patrol", "form", "现场巡查表", "quality_author", ("quality",), ("iso_9_1", "handbook_5_2"), (),
     """<table><tbody><tr><td>项目</td><td>要求</td><td>结果</td></tr><tr><td>工牌与着装</td><td>齐全、整洁</td><td></td></tr><tr><td>工具与仪器</td><td>在校准有效期内</td><td></td></tr><tr><td>安全</td><td>先断电验电</td><td></td></tr><tr><td>现场</td><td>工作垫、清洁</td><td></td></tr></tbody></table>"""),
    ("form_destruction", "form", "记录销毁审批表", "quality_author", ("quality", "office"), ("iso_7_5",), (),
     """<p>记录名称、期间、数量、保存期限、申请人、批准人、见证人、销毁方式、销毁日期。由系统生成。</p>"""),
]

# (code, name, keeper, department, place, model, months, why, clauses)
RECORDS = [
    ("QR-01", "维修工单与服务记录", "desk", "desk", "系统：维修工单", "repair.order", 60, "保修与消费争议取证", ("iso_7_5", "iso_8_5")),
    ("QR-02", "完工检验记录", "inspector", "quality", "系统：检验", "repair.inspection", 60, "与工单一同保存", ("iso_8_6",)),
    ("QR-03", "投诉处理记录", "desk", "desk", "系统：投诉", "repair.complaint", 36, "消费者权益诉讼时效", ("iso_8_2", "iso_10_2")),
    ("QR-04", "培训与证书档案", "hr", "office", "系统：培训；纸质：档案柜 A2", "hr.training.enrolment", 0, "在职期间及离职后备查", ("iso_7_2",)),
    ("QR-05", "仪器校准证书（纸质）", "keeper", "parts", "配件部档案柜 B1", None, 36, "覆盖两个校准周期", ("iso_7_1",)),
    ("QR-06", "内部审核记录", "quality", "quality", "系统：审核", "qms.audit", 72, "覆盖两个认证周期", ("iso_9_2",)),
]

# What the demo's auditors saw, by clause and place of the question in it; the rest conforms in turn.
SEEN = {
    ("7.5", 0): ("observation", "两份打印的作业指导书未标注打印日期，建议现场改用手机查阅。"),
    ("7.5", 1): ("conforming", "抽查三类记录，均由保管人按登记册期限保存。"),
    ("4.1", 0): ("conforming", "部门本年已识别旺季用工和厂家政策变化两项影响，并写入管理评审输入。"),
    ("5.2", 0): ("conforming", "询问三人，均能说出质量方针对本岗位的要求。"),
    ("6.2", 0): ("conforming", "看板目标与系统实际值一致，未达成的月份有决定和责任人。"),
    ("7.1", 0): ("conforming", "抽查在用仪器五台，均在校准有效期内。"),
    ("7.2", 0): ("conforming", "抽查四人证书，均有效并经人事核对。"),
    ("8.2", 0): ("conforming", "抽查十张工单，报价均在维修开始之前得到客户同意。"),
    ("8.4", 0): ("conforming", "抽查三批到货，均有检验记录，供应商在合格名单内。"),
    ("8.5", 0): ("conforming", "抽查五张工单，步骤与指导书相符。"),
    ("8.6", 0): ("conforming", "抽查八张工单，交付前均有合格的完工检验。"),
    ("8.7", 0): ("conforming", "不合格件单独存放并有标识，去向可查。"),
    ("9.2", 0): ("conforming", "上次审核的两项发现已按期关闭。"),
    ("10.2", 0): ("conforming", "抽查两项措施，均已按数据验证有效。"),
}
SEEN_ELSE = ("询问两人，回答与文件一致。", "查阅台账与实物，一致。", "抽查五份记录，内容完整、可追溯。", "现场观察一项作业，与要求相符。")
SEEN_BY_DEPARTMENT = {("客户服务部", "7.5", 0): ("observation", "受理台旁张贴的投诉流程为旧版打印件，应撤下并改用系统版本。")}

"""Faults of the demo company by family: (symptom, as told, cause, findings, remedy, sub-families it fits or none)."""

TV = [
    ("display", "有声音没图像，屏幕全黑，关灯凑近看能看到一点影子。", "panel", "背光灯条两条不亮，逐条测试电压正常，判断灯珠开路。", "replace_part", None),
    ("no_power", "按遥控器没反应，红灯也不亮。", "power_board", "电源板无 12V 输出，保险丝完好，开关管击穿。", "repair_board", None),
    ("network", "连不上家里的无线网，重启路由器也不行。", "software", "系统版本过旧，恢复出厂并升级系统后连接正常。", "software", None),
    ("sound", "声音忽大忽小，看一会儿就没声了。", "control_board", "主板功放芯片虚焊，敲击时声音恢复。", "repair_board", None),
    ("display", "屏幕左边有一条竖线，越来越宽。", "panel", "屏幕列驱动损坏，屏幕不可修，建议评估更换。", "replace_part", None),
]
REFRIGERATOR = [
    ("not_cooling", "冷藏室不冷，菜都坏了，冷冻室还行。", "fan_motor", "冷藏风机不转，绕组开路，风道无结冰。", "replace_part", None),
    ("not_cooling", "整个冰箱都不制冷，压缩机一直在响。", "refrigerant_leak", "系统压力偏低，蒸发器接口处有油迹，检漏确认漏点。", "refill", None),
    ("frost", "冷冻室里面结了很厚的霜，抽屉都拉不开。", "defrost", "化霜加热器电阻无穷大，化霜传感器正常。", "replace_part", None),
    ("noise", "晚上嗡嗡响，吵得睡不着。", "wear", "压缩机减震垫老化，箱体与墙面接触。", "adjust", None),
    ("leakage", "冷藏室底下老是有水。", "dirt", "排水孔被食物残渣堵塞，疏通后排水顺畅。", "unblock", None),
    ("error_code", "显示屏显示 E1，冰箱一直报警。", "thermostat", "冷藏温度传感器阻值偏离，更换后代码消失。", "replace_part", None),
    ("mechanical", "门关不严，要用手按一下。", "door", "门封条变形，上铰链磨损下沉。", "replace_part", None),
]
WASHER = [
    ("drain", "洗完衣服水排不掉，一直停在脱水。", "drain_pump", "排水泵叶轮卡有发卡和硬币，泵体绕组阻值异常。", "replace_part", ("washer",)),
    ("noise", "脱水的时候震得厉害，机器会走路。", "bearing", "减震器阻尼失效，滚筒轴承有间隙。", "replace_part", None),
    ("leakage", "洗衣机下面漏水，门口那里最多。", "seal", "门封圈下部撕裂约 3 厘米。", "replace_part", ("washer",)),
    ("error_code", "开机就报 E30，门锁咔咔响打不开。", "door", "门锁触点烧蚀，控制板输出正常。", "replace_part", None),
    ("no_power", "按电源键没反应，插座是有电的。", "control_board", "控制板受潮，电源模块无输出。", "repair_board", None),
    ("drain", "不进水，水龙头是开着的。", "inlet_valve", "进水阀线圈断路，滤网干净。", "replace_part", ("washer",)),
    ("smell", "洗出来的衣服有霉味。", "dirt", "内筒外壁污垢厚，拆洗内筒并消毒。", "clean", None),
]
AIR_CONDITIONER = [
    ("not_cooling", "开了半天都是自然风，一点不凉。", "refrigerant_leak", "运行压力 0.4 MPa 偏低，外机截止阀处漏氟。", "refill", None),
    ("not_cooling", "外机不转，内机吹热风。", "capacitor", "压缩机启动电容容量仅剩 8μF，外机无法启动。", "replace_part", None),
    ("leakage", "内机滴水，墙纸都湿了。", "dirt", "排水管被灰尘堵塞，接水盘溢水。", "unblock", None),
    ("error_code", "显示 E6，关机重开过一会儿又出现。", "control_board", "内外机通讯故障，外机主板通讯回路损坏。", "repair_board", None),
    ("weak", "制热效果很差，开到 30 度也不暖和。", "dirt", "滤网与蒸发器脏堵，清洗后出风温度上升 14℃。", "clean", None),
    ("noise", "内机一开就有哒哒的声音。", "fan_motor", "贯流风叶与轴套松动，内电机轴承磨损。", "replace_part", None),
    ("remote", "遥控器按了没反应，换了电池也不行。", "control_board", "接收板红外头失效，遥控器发射正常。", "replace_part", None),
    ("trips", "一开空调就跳闸。", "insulation", "压缩机接线柱绝缘 0.3 MΩ，接线端子进水烧蚀。", "rewire", None),
]
WATER_HEATER = [
    ("not_heating", "烧了两个小时水还是冷的。", "heating_element", "加热管干烧开路，内胆水垢较厚。", "replace_part", ("water_heater_electric",)),
    ("trips", "一插电就跳漏电保护。", "insulation", "加热管对地绝缘 0.05 MΩ，漏电。", "replace_part", ("water_heater_electric",)),
    ("leakage", "热水器底下滴水，一晚上能接半盆。", "seal", "镁棒堵头密封圈老化渗水，内胆完好。", "tighten", ("water_heater_electric",)),
    ("ignition", "打开水龙头听到打火声，点不着。", "igniter", "点火针积碳，高压包输出弱。", "replace_part", ("water_heater_gas",)),
    ("flame_out", "洗到一半就变冷水，要关了重开。", "igniter", "感应针氧化，火焰检测电流低于 1μA。", "clean", ("water_heater_gas",)),
    ("weak", "冬天水不够热，调到最高也就四十度。", "inlet_valve", "进水滤网堵塞、流量不足，进水温度低。", "clean", ("water_heater_gas",)),
]
KITCHEN = [
    ("weak", "油烟吸不上去，满屋子都是烟。", "dirt", "叶轮积油严重，止逆阀被油污粘住。", "clean", ("range_hood",)),
    ("noise", "油烟机一开声音特别大，还抖。", "fan_motor", "叶轮失衡，电机轴承磨损。", "replace_part", ("range_hood",)),
    ("remote", "触摸按键不灵，有时候自己关机。", "control_board", "开关板受油烟侵蚀，触摸芯片失效。", "replace_part", ("range_hood",)),
    ("ignition", "左边灶打不着火，右边是好的。", "igniter", "左灶脉冲点火器无输出，电池电压正常。", "replace_part", ("gas_stove",)),
    ("flame_out", "一松手火就灭。", "igniter", "热电偶电势仅 3 mV，电磁阀不能保持。", "replace_part", ("gas_stove",)),
    ("weak", "消毒柜蓝灯不亮，餐具有味道。", "wear", "紫外灯管寿命到期，加热管正常。", "replace_part", ("disinfection",)),
    ("drain", "洗碗机洗完里面全是水，报 E24。", "drain_pump", "排水泵被碎玻璃卡住，清除后排水正常。", "unblock", ("dishwasher",)),
    ("not_heating", "微波炉转盘会转，东西热不了。", "magnetron", "磁控管灯丝断路，高压电容正常。", "replace_part", ("microwave",)),
]
SMALL = [
    ("weak", "吸尘器充满电只能用五分钟。", "wear", "电池包容量衰减至 30%。", "replace_part", ("vacuum",)),
    ("mechanical", "扫地机一直原地转圈，说轮子卡住。", "motor", "左驱动轮缠绕头发，清理后电机电流恢复。", "clean", ("vacuum",)),
    ("no_power", "电风扇插上电不转，有嗡嗡声。", "capacitor", "启动电容失效，电机绕组正常。", "replace_part", ("fan",)),
    ("not_heating", "吹风机只有冷风。", "heating_element", "发热丝熔断，温控器正常。", "replace_part", ("hair_dryer",)),
    ("noise", "净化器开到二档就有异响。", "fan_motor", "风机内有异物，取出并清洁风道。", "clean", ("air_purifier", "humidifier")),
]
OTHER = [
    ("remote", "门锁指纹识别不了，密码可以开。", "software", "指纹模组固件异常，升级固件并重新录入指纹。", "software", None),
    ("network", "手机上看不到摄像头，显示离线。", "software", "路由器更换后未重新配网，重新绑定后在线。", "software", None),
    ("no_power", "门锁没电了，换了新电池还是没反应。", "wiring", "电池仓触点氧化，打磨并更换触片。", "repair_part", None),
]
FAULTS = {
    "tv": TV, "refrigerator": REFRIGERATOR, "washer": WASHER, "air_conditioner": AIR_CONDITIONER, "water_heater": WATER_HEATER,
    "kitchen": KITCHEN, "small": SMALL, "other": OTHER,
}
# Spare parts charged by name where no stock is kept: (family, cause) -> (name, price). Work on a board costs by the piece as well.
PARTS = {
    ("tv", "panel"): ("LED 背光灯条一套", 168), ("tv", "power_board"): ("电源板维修元件", 60), ("tv", "control_board"): ("功放芯片", 45),
    ("refrigerator", "fan_motor"): ("冷藏风机 12V", 75), ("refrigerator", "defrost"): ("化霜加热器", 88),
    ("refrigerator", "thermostat"): ("温度传感器", 35), ("refrigerator", "door"): ("门封条", 85),
    ("washer", "drain_pump"): ("排水泵", 98), ("washer", "bearing"): ("减震器一对", 78), ("washer", "seal"): ("门封圈", 165),
    ("washer", "door"): ("门锁开关", 55), ("washer", "control_board"): ("控制板维修元件", 80), ("washer", "inlet_valve"): ("进水阀", 48),
    ("air_conditioner", "capacitor"): ("压缩机电容 35μF", 48), ("air_conditioner", "control_board"): ("主板维修元件", 120),
    ("air_conditioner", "fan_motor"): ("室内风机电机", 195),
    ("water_heater", "heating_element"): ("加热管 2000W", 98), ("water_heater", "insulation"): ("加热管 2000W", 98),
    ("water_heater", "igniter"): ("点火针组件", 58),
    ("kitchen", "fan_motor"): ("油烟机电机", 298), ("kitchen", "control_board"): ("触摸开关板", 148), ("kitchen", "igniter"): ("脉冲点火器", 45),
    ("kitchen", "wear"): ("紫外灯管", 58), ("kitchen", "magnetron"): ("磁控管", 135),
    ("small", "wear"): ("锂电池包", 218), ("small", "capacitor"): ("启动电容", 12), ("small", "heating_element"): ("发热丝组件", 42),
}
# Work and material beside the labour: (family, cause) -> (service, quantity).
EXTRAS = {
    ("air_conditioner", "refrigerant_leak"): ("refrigerant", 6), ("refrigerator", "refrigerant_leak"): ("sealing", 1),
    ("air_conditioner", "dirt"): ("cleaning_air_conditioner", 1), ("washer", "dirt"): ("cleaning_washer", 1),
    ("kitchen", "dirt"): ("cleaning_range_hood", 1), ("water_heater", "seal"): ("sealing", 1), ("air_conditioner", "insulation"): ("sealing", 2),
}


def get_faults(root, family):
    """Return the faults that an appliance of ``family``, below the root family ``root``, can have."""
    return [fault for fault in FAULTS[root] if not fault[5] or family in fault[5]]

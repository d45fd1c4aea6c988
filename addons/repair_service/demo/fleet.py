"""Appliances of the demo company: for each family what its customers own, as (family, brand, model, serial pattern, weight).

In a serial pattern ``#`` is a digit, ``@`` a letter, ``YY`` the year and ``WW`` the week of manufacture.
"""

TV = [
    ("tv", "hisense", "55E3F", "1TE55YYWW######", 4), ("tv", "hisense", "65E3F", "1TE65YYWW######", 3),
    ("tv", "hisense", "75E5H", "1TE75YYWW######", 2), ("tv", "tcl", "65V8", "TC65V8YYWW#####", 3), ("tv", "tcl", "55V8", "TC55V8YYWW#####", 3),
    ("tv", "xiaomi", "L55M7-EA", "25741/@#YYWW#####", 2), ("tv", "skyworth", "55A5", "SK55A5YYWW####", 2),
]
REFRIGERATOR = [
    ("refrigerator", "haier", "BCD-470WDPG", "BH04@YY0WW@####", 5), ("refrigerator", "haier", "BCD-501WLHTD", "BH05@YY0WW@####", 3),
    ("refrigerator", "haier", "BCD-500WDPG", "BH05@YY0WW@####", 3), ("refrigerator", "midea", "BCD-535WKPZM", "24131YYWW######", 3),
    ("refrigerator", "midea", "BCD-450WTPM", "24131YYWW######", 3), ("refrigerator", "siemens", "KA92NE220C", "FDYYWW ######", 3),
    ("refrigerator", "siemens", "KG33NA2L0C", "FDYYWW ######", 2), ("refrigerator", "hisense", "BCD-205YK1FQ", "1B205YYWW#####", 2),
    ("freezer", "haier", "BC/BD-200HMD", "BG02@YY0WW@####", 1),
]
WASHER = [
    ("washer", "haier", "EG10012B509G", "CE0J@YY0WW@####", 5), ("washer", "haier", "XQG100-BX12", "CE0K@YY0WW@####", 4),
    ("washer", "little_swan", "TG100V88WMIADY5", "38119YYWW######", 4), ("washer", "little_swan", "TB100V23H", "38112YYWW######", 3),
    ("washer", "midea", "MG100V11D", "38105YYWW######", 4), ("washer", "siemens", "WM12P2602W", "FDYYWW ######", 4),
    ("washer", "siemens", "WG54B2X00W", "FDYYWW ######", 2), ("dryer", "siemens", "WT47W5601W", "FDYYWW ######", 1),
]
AIR_CONDITIONER = [
    ("air_conditioner", "gree", "KFR-35GW", "4A1@YYWW######", 7), ("air_conditioner", "gree", "KFR-26GW", "4A2@YYWW######", 4),
    ("air_conditioner", "gree", "KFR-72LW/NhGm1BAj", "4L7@YYWW######", 3), ("air_conditioner", "midea", "KFR-35GW/N8", "22010YYWW######", 6),
    ("air_conditioner", "midea", "KFR-26GW/N8", "22008YYWW######", 4), ("air_conditioner", "haier", "KFR-35GW/81@U1", "AA9@#YY0WW####", 4),
    ("air_conditioner", "hisense", "KFR-33GW/E25A3", "1K33YYWW######", 3),
]
WATER_HEATER = [
    ("water_heater_electric", "haier", "EC6001-MC3", "GA0@YY0WW@####", 5), ("water_heater_electric", "haier", "ES60H-S5", "GA0@YY0WW@####", 3),
    ("water_heater_electric", "midea", "F60-21WA1", "31400YYWW######", 4), ("water_heater_electric", "ao_smith", "E60VDD", "AS#YYWW######", 4),
    ("water_heater_gas", "haier", "JSQ31-16TR", "GC0@YY0WW@####", 3), ("water_heater_gas", "noritz", "GQ-13A3FEX", "YY.WW-######", 4),
]
KITCHEN = [
    ("range_hood", "robam", "CXW-260-27X6", "YYWWRB######", 4), ("range_hood", "robam", "CXW-200-65X3", "YYWWRB######", 2),
    ("range_hood", "fotile", "EMD20T", "FT0YYWW#####@", 4), ("gas_stove", "robam", "JZT-57B0", "YYWWRZ######", 3),
    ("gas_stove", "fotile", "JZT-TH33B", "FT1YYWW#####@", 3), ("disinfection", "fotile", "ZTD100F-J78", "FT2YYWW#####@", 2),
    ("dishwasher", "siemens", "SJ636X04JC", "FDYYWW ######", 2), ("microwave", "midea", "M1-L213B", "52170YYWW######", 2),
    ("microwave", "galanz", "G80F23CN3L", "GZ#YYWW######", 1),
]
SMALL = [
    ("vacuum", "midea", "P7 MAX", "60311YYWW#####", 3), ("vacuum", "ecovacs", "T20 PRO", "E0#YYWW######", 2), ("fan", "midea", "FS40-12BR", "60102YYWW#####", 2),
    ("hair_dryer", "philips", "BHC010", "PH#YYWW####", 2), ("air_purifier", "philips", "AC2959", "PH#YYWW####", 2), ("humidifier", "midea", "SC-3G40", "60215YYWW#####", 1),
]
OTHER = [("smart_home", "xiaomi", "XMZNMS08LM", "27130/@#YYWW####", 3), ("smart_home", "xiaomi", "MJSXJ17CM", "28990/@#YYWW####", 2)]

# Root family: (how many the customers own, the models)
FLEET = {
    "tv": (26, TV), "refrigerator": (34, REFRIGERATOR), "washer": (34, WASHER), "air_conditioner": (44, AIR_CONDITIONER),
    "water_heater": (26, WATER_HEATER), "kitchen": (22, KITCHEN), "small": (9, SMALL), "other": (5, OTHER),
}
# Families that somebody installs: days from the purchase to the installation at most.
INSTALLED = {"air_conditioner": 12, "water_heater": 10, "kitchen": 20, "tv": 4}
# Places (number modulo 3 within a territory, see the technicians) of those who may take a family.
SKILLED = {
    "tv": (0, 1, 2), "refrigerator": (0, 2), "washer": (0, 1, 2), "air_conditioner": (0, 2), "water_heater": (1, 2), "kitchen": (1, 2),
    "small": (0, 1), "other": (0, 1, 2),
}

import { registry } from "@web/core/registry";
import { ScanPart } from "@repair_service/technician_day/scan_part";

/** The same line on a count: what is scanned lies there. */
export class ScanCount extends ScanPart {
    static model = "repair.stock.count";
}

registry.category("view_widgets").add("repair_scan_count", { component: ScanCount });

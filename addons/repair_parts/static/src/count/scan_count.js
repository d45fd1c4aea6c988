import { registry } from "@web/core/registry";
import { ScanPart } from "@repair_service/technician_day/scan_part";

/** The same line on a count: what is scanned lies there; the label of a shelf says where one stands. */
export class ScanCount extends ScanPart {
    static template = "repair_parts.ScanCount";
    static model = "repair.stock.count";

    setup() {
        super.setup();
        this.state.place = null;
    }

    get options() {
        return { place_id: this.state.place ? this.state.place.id : false };
    }

    onTaken({ place }) {
        if (place) {
            this.state.place = place;
        }
    }

    onLeavePlace() {
        this.state.place = null;
    }
}

registry.category("view_widgets").add("repair_scan_count", { component: ScanCount });

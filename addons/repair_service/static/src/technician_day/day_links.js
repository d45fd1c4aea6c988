import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { _t } from "@web/core/l10n/translation";

/** A field's value as one large button of the technician's pages. */
class DayLink extends Component {
    static template = "repair_service.DayLink";
    static props = standardFieldProps;

    get value() {
        return this.props.record.data[this.props.name];
    }
}

export class CallLink extends DayLink {
    icon = "fa-phone";
    label = _t("Call");
    get href() {
        return "tel:" + this.value.replace(/\s+/g, "");
    }
}

export class NavigateLink extends DayLink {
    icon = "fa-location-arrow";
    label = _t("Navigate");
    get href() {
        return this.value;
    }
}

registry.category("fields").add("repair_call", { component: CallLink, supportedTypes: ["char"] });
registry.category("fields").add("repair_navigate", { component: NavigateLink, supportedTypes: ["char"] });

import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const LONGEST_SIDE = 1920;

/** Read a picture upright and no larger than the server keeps it: a phone's own one is many times that. */
async function readPhoto(file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
}

/** One tap to the camera of a phone (or the files of a computer): every picture taken is a photo of the order. */
export class TakePhoto extends Component {
    static template = "repair_service.TakePhoto";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.input = useRef("input");
        this.state = useState({ kind: null, busy: false });
    }

    get kinds() {
        return this.props.record.fields.photo_kind.selection;
    }

    get kind() {
        return this.state.kind || this.props.record.data.photo_kind;
    }

    async onTaken() {
        const { record } = this.props;
        const [files, kind] = [[...this.input.el.files], this.kind];
        this.input.el.value = "";
        if (!files.length || !(await this.isSaved())) {
            return;
        }
        this.state.busy = true;
        try {
            for (const file of files) {
                await this.add(file, kind, record.resId);
            }
        } finally {
            this.state.busy = false;
            await record.load();
        }
    }

    /** Whether the form is saved: what was typed before the photo is kept. Readers of the order have nothing to save. */
    async isSaved() {
        const { record } = this.props;
        return !(await record.isDirty()) || record.save();
    }

    async add(file, kind, orderId) {
        let image;
        try {
            image = await readPhoto(file);
        } catch {
            this.notification.add(_t("%s is no picture that can be read.", file.name), { type: "danger" });
            return;
        }
        await this.orm.create("repair.photo", [{ repair_id: orderId, kind, image }]);
    }
}

registry.category("view_widgets").add("repair_take_photo", {
    component: TakePhoto,
    fieldDependencies: [{ name: "photo_kind", type: "selection" }],
});

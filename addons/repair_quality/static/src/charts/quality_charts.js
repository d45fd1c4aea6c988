import { Component, onMounted, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const BLUE = "#2563a8";
const LIGHT_BLUE = "#a9c6e4";
const RED = "#c62828";
const GREY = "#6b7280";
const ORANGE = "#d97706";
const REFRESH_MS = 30_000;

export function percent(value, digits = 1) {
    return value === null || value === undefined ? "–" : `${(100 * value).toFixed(digits)} %`;
}

/** What both charts have in common: options are loaded once, data with every choice, the drawing follows the data. */
class QualityChart extends Component {
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.canvas = useRef("canvas");
        this.state = useState({ data: null, ...this.startState });
        this.display = { controlPanel: {} };
        onWillStart(async () => {
            const [options] = await Promise.all([
                this.orm.call("qms.chart", "get_options", []),
                loadBundle("web.chartjs_lib"),
            ]);
            this.options = options;
            this.choose(options);
            await this.load();
        });
        useEffect(
            () => this.draw(),
            () => [this.state.data]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    async onChange(name, ev) {
        const value = ev.target.value;
        this.state[name] = typeof this.state[name] === "number" ? Number(value) : value;
        await this.load();
    }

    draw() {
        this.chart?.destroy();
        this.chart = null;
        if (this.canvas.el && this.hasData) {
            this.chart = new Chart(this.canvas.el, this.config);
        }
    }
}

/** p chart of what speaks against a figure, with limits by calculation and the points that are no chance. */
export class ControlChart extends QualityChart {
    static template = "repair_quality.ControlChart";

    get startState() {
        return { figure: null, step: "month" };
    }

    choose(options) {
        this.state.figure = this.props.action.context.figure || options.figures[0][0];
    }

    async load() {
        this.state.data = await this.orm.call("qms.chart", "get_control_chart", [this.state.figure, this.state.step]);
    }

    get points() {
        return this.state.data?.points || [];
    }

    get hasData() {
        return this.points.length > 0;
    }

    get signals() {
        return this.points.filter((point) => point.signals.length);
    }

    get verdict() {
        return this.signals.length ? _t("%s points are no chance", this.signals.length) : _t("In control");
    }

    get isRough() {
        return this.points.some((point) => point.rough);
    }

    get centre() {
        return _t("Mean share of misses: %s", percent(this.state.data.centre));
    }

    describe(point) {
        const words = {
            outside: _t("outside the limits"),
            run: _t("nine in a row on the same side"),
            trend: _t("six in a row rise or fall"),
        };
        return point.signals.map((signal) => words[signal]).join(", ");
    }

    share(point) {
        return `${percent(point.share)} (${point.defective} / ${point.units})`;
    }

    async open(point) {
        this.action.doAction(
            await this.orm.call("qms.chart", "get_control_records", [this.state.figure, point.first, point.last])
        );
    }

    get config() {
        const points = this.points;
        const scaled = (value) => (value === null ? null : 100 * value);
        const line = (label, values, color, dash) => ({
            label, data: values, borderColor: color, borderDash: dash, borderWidth: 1.5, pointRadius: 0, pointHitRadius: 0,
            fill: false, spanGaps: true, stepped: dash && dash.length === 2 ? "middle" : false,
        });
        const limit = (name) => points.map((point) => (point.share === null ? null : scaled(point[name])));
        return {
            type: "line",
            data: {
                labels: points.map((point) => point.label),
                datasets: [
                    {
                        label: _t("Share of misses, %"), data: points.map((point) => scaled(point.share)), borderColor: BLUE,
                        backgroundColor: BLUE, borderWidth: 2, spanGaps: true, tension: 0,
                        pointRadius: points.map((point) => (point.signals.length ? 7 : 4)),
                        pointBackgroundColor: points.map((point) => (point.signals.length ? RED : BLUE)),
                    },
                    line(_t("Centre"), points.map(() => scaled(this.state.data.centre)), GREY, []),
                    line(_t("Upper limit"), limit("upper"), ORANGE, [6, 4]),
                    line(_t("Lower limit"), limit("lower"), ORANGE, [6, 4]),
                ],
            },
            options: {
                responsive: true, maintainAspectRatio: false, animation: false,
                interaction: { mode: "nearest", axis: "x", intersect: false },
                onClick: (ev, elements) => elements.length && this.open(points[elements[0].index]),
                plugins: {
                    legend: { position: "bottom", labels: { boxWidth: 14 } },
                    tooltip: {
                        filter: (item) => item.datasetIndex === 0,
                        callbacks: {
                            label: (item) => this.share(points[item.dataIndex]),
                            footer: (items) => (items.length ? this.describe(points[items[0].dataIndex]) : ""),
                        },
                    },
                },
                scales: { y: { beginAtZero: true, ticks: { callback: (value) => `${value} %` } } },
            },
        };
    }
}

/** Bars of causes, the most frequent first, with the cumulated share of all. */
export class Pareto extends QualityChart {
    static template = "repair_quality.Pareto";

    get startState() {
        return { source: null, days: 90 };
    }

    choose(options) {
        this.state.source = this.props.action.context.source || options.sources[0][0];
    }

    async load() {
        this.state.data = await this.orm.call("qms.chart", "get_pareto", [this.state.source, this.state.days]);
    }

    get bars() {
        return this.state.data?.bars || [];
    }

    get hasData() {
        return this.bars.length > 0;
    }

    percent(value) {
        return percent(value);
    }

    days(number) {
        return _t("Last %s days", number);
    }

    async open(bar) {
        this.action.doAction(
            await this.orm.call("qms.chart", "get_pareto_records", [this.state.source, this.state.days, bar.value])
        );
    }

    get config() {
        const bars = this.bars;
        const shorten = (text) => (text.length > 14 ? `${text.slice(0, 13)}…` : text);
        return {
            type: "bar",
            data: {
                labels: bars.map((bar) => bar.label),
                datasets: [
                    {
                        type: "line", label: _t("Cumulated share, %"), yAxisID: "share", data: bars.map((bar) => 100 * bar.cumulated),
                        borderColor: ORANGE, backgroundColor: ORANGE, borderWidth: 2, pointRadius: 3, tension: 0, clip: false,
                    },
                    {
                        label: _t("Count"), yAxisID: "count", data: bars.map((bar) => bar.count),
                        backgroundColor: bars.map((bar) => (bar.vital ? BLUE : LIGHT_BLUE)),
                    },
                ],
            },
            options: {
                responsive: true, maintainAspectRatio: false, animation: false,
                onClick: (ev, elements) => elements.length && this.open(bars[elements[0].index]),
                plugins: { legend: { position: "bottom", labels: { boxWidth: 14 } } },
                scales: {
                    x: { ticks: { callback: (value, index) => shorten(bars[index].label), maxRotation: 60 } },
                    count: { position: "left", beginAtZero: true, max: this.state.data.total, ticks: { precision: 0 } },
                    share: {
                        position: "right", min: 0, max: 100, grid: { drawOnChartArea: false },
                        ticks: { callback: (value) => `${value} %` },
                    },
                },
            },
        };
    }
}

/** What runs, what is late and what failed: numbers that open their records and follow the work by themselves. */
export class LiveView extends Component {
    static template = "repair_quality.LiveView";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ sections: [], at: null, failed: false });
        onWillStart(() => this.load());
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async load() {
        this.state.sections = await this.orm.silent.call("qms.live", "get_live", []);
        this.state.at = luxon.DateTime.now().toFormat("HH:mm:ss");
        this.state.failed = false;
    }

    /** A lost connection is shown beside the time, not as an error in everybody's face; the numbers stay. */
    async refresh() {
        if (document.hidden) {
            return;
        }
        try {
            await this.load();
        } catch {
            this.state.failed = true;
        }
    }

    get asOf() {
        return _t("As of %s", this.state.at);
    }

    tone(section, tile) {
        if (!tile.count) {
            return "text-muted";
        }
        return { runs: "", late: "text-warning-emphasis", failed: "text-danger" }[section.key];
    }

    async open(tile) {
        this.action.doAction(await this.orm.call("qms.live", "get_live_records", [tile.key]));
    }
}

registry.category("actions").add("qms_control_chart", ControlChart);
registry.category("actions").add("qms_pareto", Pareto);
registry.category("actions").add("qms_live", LiveView);

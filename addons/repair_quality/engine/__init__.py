from . import control_chart, draw, pareto

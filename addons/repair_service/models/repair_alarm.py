from odoo import fields, models


class RepairAlarm(models.AbstractModel):
    """Tasks that nobody gives by hand: what is near, late or answered."""

    _name = "repair.alarm"
    _description = "Alarms"

    def _get_alarm_words(self):
        """What each level says, in the language of the context: ``{level: text}``."""
        return {}

    def _give_tasks(self, activity, level, people):
        """Give everybody a task for each of his records, in his own language; a fixed number of queries for the texts.

        :param str activity: external id of the activity type
        :param str level: one of `_get_alarm_words`
        :param dict people: ``{record: users}``
        """
        kind, model, words, tasks = self.env.ref(activity), self.env["ir.model"]._get_id(self._name), {}, []
        for record, users_sudo in people.items():
            for user in users_sudo:
                if user.lang not in words:
                    words[user.lang] = self.with_context(lang=user.lang)._get_alarm_words()[level]
                tasks.append({
                    "res_model_id": model, "res_id": record.id, "activity_type_id": kind.id, "summary": words[user.lang],
                    "user_id": user.id, "automated": True, "date_deadline": fields.Date.today()})
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(tasks)

-- no message leaves a copied database
INSERT INTO ir_config_parameter (key, value)
     VALUES ('repair_service.messages_silent', 'True')
ON CONFLICT (key) DO UPDATE SET value = 'True';
UPDATE sms_sms SET state = 'canceled' WHERE state = 'outgoing';
UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing';
DELETE FROM repair_appointment_message;

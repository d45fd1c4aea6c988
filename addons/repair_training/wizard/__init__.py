from . import hr_training_sign_in
from . import hr_training_reason
from . import hr_training_result_import
from . import hr_career_standing

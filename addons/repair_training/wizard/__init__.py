from . import hr_training_sign_in
from . import hr_training_void
from . import hr_training_result_import
from . import hr_training_plan_revise
from . import hr_career_standing
